"""The review queue page by page.

Its order is a worth that is reckoned, so no index can give it: every page reckons the whole window again, and an
unchanged graph gives every question once. Where links change meanwhile, one may move past the page: there is no order
that keeps the best first and never changes.
"""

import strawberry

from api.access.field_rules import plain
from api.access.masking import classify
from api.access.viewer import Scope
from api.contract.exposure import Exposed, expose, expose_choice
from api.contract.paging import DEFAULT_PAGE, After, Connection, First, Key, Paging
from api.execution.context import RequestInfo
from graph.errors import NothingResolvedError
from graph.review import Question, QuestionKind, review_queue

WINDOW = 1_000

expose_choice(
    QuestionKind,
    {
        QuestionKind.DOUBTFUL_LINK: "A link that holds a cluster together, or would, is in doubt.",
        QuestionKind.GUARD: "A guard acted against what the scores claim.",
        QuestionKind.LIKELY_PAIR: "A likely pair whose groups were not joined as wholes.",
        QuestionKind.CLOSE_PAIR: "A pair that is nearly a link.",
    },
)
classify(Question, {"why": plain, "guard": plain})
expose(
    Question,
    Exposed(
        {
            "left": "The one customer.",
            "right": "The other customer.",
            "kind": "Why it is asked.",
            "why": "The same as a sentence.",
            "probability": "Probability that the two groups are one person.",
            "match_weight": "Weight of the pair itself, in log2 odds.",
            "confidence": "Confidence of the link, where it is one that joins groups.",
            "guard": "Guard that acted.",
            "evidence": "What the comparisons say of the pair.",
            "left_size": "Customers of the left one's group.",
            "right_size": "Customers of the right one's group.",
            "information": "What the answer tells, in bits, times what depends on it.",
        },
        words="Whether two customers, and with them two groups, are one person.",
        ids=("left", "right"),
    ),
)


@strawberry.type
class ReviewQueries:
    """Questions to stewards. They need the scopes ``profile:read``, ``identity:explain`` and ``steward``."""

    @strawberry.field(
        description=f"The questions that are most worth a steward's time, the best first, at most {WINDOW:,}; others "
        "follow when these are answered. Answer with `confirmLink` or `rejectLink`. What a question is worth changes "
        "with its groups, so one may move to another page while links change; begin again to see them all."
    )
    async def review_queue(
        self, info: RequestInfo, first: First = DEFAULT_PAGE, after: After = None
    ) -> Connection[Question]:
        """Raises ForbiddenError, InputError, GraphError."""
        for scope in (Scope.PROFILE_READ, Scope.IDENTITY_EXPLAIN, Scope.STEWARD):
            info.context.viewer.require(scope)
        paging = Paging.of("reviewQueue", first, after, (float, str, str))
        try:
            questions = await review_queue(info.context.graph, WINDOW)
        except NothingResolvedError:
            questions = []
        left = [question for question in questions if paging.position is None or _place(question) > paging.position]
        return paging.page(left[: first + 1], _place)


def _place(question: Question) -> Key:
    return -question.information, question.left, question.right
