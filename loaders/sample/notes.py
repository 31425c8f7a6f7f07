"""What people call about, and what the agents write down."""

from dataclasses import dataclass

from loaders.sample.dice import Dice, Weighted


@dataclass(frozen=True, slots=True)
class Intent:
    """What a caller wants. ``notes`` are the agents' words; braces are filled in."""

    name: str
    reason: str
    notes: tuple[str, ...]


TERMINATE = Intent(
    "terminate",
    "contract",
    (
        "Wants to terminate {tariff} at the end of the term, found a cheaper offer ({cheaper} EUR). Sends notice.",
        "Asks how to terminate. Calls drop at home. Offered {months} months at half price, will think about it.",
        "Termination of {tariff} announced, moving in with partner who has a family plan. No interest in an offer.",
        "Too expensive since the last price change, wants out as soon as possible. Told where the form is online.",
        "Third wrong invoice, wants to leave. Apologised, credited {credit} EUR. Still wants the termination form.",
        "Asked for end date of contract and how to take the number along. Wants to go to another provider.",
    ),
)
OTHER_INTENTS = Weighted(
    {
        Intent(
            "invoice",
            "billing",
            (
                "Question about the last invoice, roaming charges of {credit} EUR explained.",
                "Did not get an invoice this month, sent again.",
                "Direct debit bounced, customer gave new account, reminder fee waived.",
                "Disputes premium number on invoice. Blocked third-party services, credit of {credit} EUR.",
            ),
        ): 27.0,
        Intent(
            "tariff_change",
            "contract",
            (
                "Wants more data, compared {tariff} with the next bigger one. Will decide online.",
                "Changed tariff from next month on, term starts again, customer agreed.",
                "Asks for a tariff for the child, {months} months free option explained.",
            ),
        ): 15.0,
        Intent(
            "technical",
            "network",
            (
                "No mobile data since yesterday. Reset APN, works again.",
                "Weak signal in the flat, switched on WiFi calling together.",
                "New SIM not active. Activated, asked to restart the phone after {months} minutes.",
                "Voicemail asks for a PIN nobody knows. PIN reset.",
            ),
        ): 23.0,
        Intent(
            "order",
            "shop",
            (
                "Where is the parcel? Tracking says delivered to neighbour.",
                "Return of a phone, label sent by email.",
                "Wants the phone in another colour, told to exchange it in the store.",
            ),
        ): 13.0,
        Intent(
            "data_change",
            "contract",
            (
                "New bank account noted.",
                "Tells new address, asked to confirm it by letter.",
                "Asks which data we store, sent to data protection.",
            ),
        ): 9.0,
        Intent(
            "offer",
            "sales",
            (
                "Called back because of our letter, wants the offer in writing.",
                "Interested in a second card for the car. Call again next week.",
                "No interest at the moment, do not call again this year.",
            ),
        ): 9.0,
        Intent(
            "other", "other", ("Wrong number.", "Line dropped, no call back.", "Compliment for the store team.")
        ): 4.0,
    }
)


def write_note(intent: Intent, tariff: str, dice: Dice) -> str:
    """A note in an agent's words."""
    return dice.pick(intent.notes).format(
        tariff=tariff,
        cheaper=f"{dice.between(5, 16)}.99",
        months=dice.between(2, 6),
        credit=dice.between(4, 40),
    )
