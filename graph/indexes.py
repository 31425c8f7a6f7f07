"""Indexes over several properties: what neomodel cannot declare with the models."""

# Interactions of an owner in time order: "the latest N" is read from this index alone, whatever the history's length.
# Those that were written since a moment: subscriptions read them, late ones too, in the order of their arrival.
# Sessions that were cut by silence: "those of a device around a moment" is read likewise.
COMPOSITE_INDEXES = {
    "interaction_timeline": ("Interaction", ("owner", "at")),
    "interaction_arrivals": ("Interaction", ("owner", "written_at")),
    "session_timeline": ("Session", ("cut_of", "ended_at")),
}
FULLTEXT_INDEXES = {
    "customer_search": ("Customer", ("given_name", "family_name", "company", "city", "external_id")),
    "customer_blocking": ("Customer", ("blocking_parts",)),
}
