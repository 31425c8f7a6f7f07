"""Arguments that several root fields have."""

from datetime import datetime
from typing import Annotated

import strawberry

from api.contract.inputs import ProfileBy
from api.contract.scalars import Confidence

By = Annotated[ProfileBy, strawberry.argument(description="By what the profile is asked for.")]
AtConfidence = Annotated[
    Confidence | None, strawberry.argument(description="How sure the answer has to be; the default level if left out.")
]
AsOfTime = Annotated[
    datetime | None,
    strawberry.argument(
        description="A past moment: who was one person as the graph knew it then, with the links of that time and the "
        "levels of the model of that time. A session or a device is recognised by the logins until then. Whom an "
        "identifier points at, and what is read of these customers beside (fields, identifiers, devices, consents, "
        "journey), is today's; deleted customers are gone from the past as well."
    ),
]
