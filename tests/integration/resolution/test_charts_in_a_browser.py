from pathlib import Path

from graph.guards import current_guards
from resolution.models.charts import write_run_charts
from resolution.models.fitting import Teaching, fit
from resolution.progress import Clock
from resolution.settings import ResolutionSettings
from tests.chromium import browser, needs_browser
from tests.unit.resolution.customers import customers
from tests.unit.resolution.test_pipeline import people


@needs_browser
def test_every_chart_is_drawn_without_a_network(tmp_path: Path) -> None:
    fitted = fit(customers(*people(90)), Teaching(ResolutionSettings.model_validate({}), current_guards()), Clock())
    folder = write_run_charts(tmp_path / "charts", fitted.model, fitted.scores.pairs)

    for file in sorted(folder.iterdir()):
        with browser(tmp_path / "browser") as page:
            page.open_page(file.as_uri())
            page.wait_for("document.querySelector('.vega-embed canvas, .vega-embed svg') !== null")

        assert [asked for asked in page.requested if not asked.startswith(("file:", "data:"))] == []
        assert page.complaints == []
