"""The website's tracking. ``web/events-YYYY-MM.jsonl.gz``, one file a month of arrival, for the last twelve months.

One message a line in Segment's shape, in order of arrival: type (page, track, identify); messageId; anonymousId (the
cookie); userId (the shop's customer_id from the login on, before it null); event (of track); name (of page);
properties; traits (of identify: email, firstName, lastName); context {sessionId, page {path, url, title, referrer},
campaign {name, source, medium} where the visit comes from a mail, userAgent, locale}; originalTimestamp; sentAt;
timestamp. Most sessions have no userId at all; where there is a login, it comes late.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from loaders.sample import catalogue
from loaders.sample.catalogue import ACCESSORIES, COMPANY, PHONES, TARIFFS, WEBSITE, Page
from loaders.sample.dice import Dice
from loaders.sample.sightings import Sighting
from loaders.sample.sources.shop import CURRENCY
from loaders.sample.sources.tracking import Sender, Step, identify
from loaders.sample.visits import Purpose, WebVisit
from loaders.sample.writing import JsonLinesFile

SOURCE = "web"
PATH = "web/events-{month}.jsonl.gz"
ID_FIELD = "messageId"
DATE_FIELD = "timestamp"

_OFFLINE = 0.012
_REFERRERS = ("", "", "", "https://www.google.com/", "https://www.google.com/", "https://www.bing.com/")
_EXIT_SEARCHES = ("terminate", "cancel contract", "notice")
_LOCALES = ("de-DE", "de-DE", "de-DE", "de", "en-GB", "tr-TR")


def write(visit: WebVisit, account: Sighting | None, file: JsonLinesFile, dice: Dice) -> None:
    """All messages of one visit."""
    sender = Sender(file, dice, _OFFLINE)
    frame = _frame(visit, dice)
    at = visit.at
    referrer = dice.pick(_REFERRERS) if visit.campaign is None else ""
    for step in _script(visit, account, dice):
        if step.kind == "identify":
            sender.user_id = visit.account
        if step.path is not None:
            frame["context"] = frame["context"] | {"page": _page(step, referrer)}
            referrer = f"{WEBSITE}{step.path}"
        sender.send(step, at, frame)
        at = _next(visit, step, at, dice)


def _script(visit: WebVisit, account: Sighting | None, dice: Dice) -> Iterator[Step]:
    login = [*_login(account)] if account is not None and visit.account else []
    scripts = {
        Purpose.BROWSE: _browse,
        Purpose.ORDER: _order,
        Purpose.CART: _fill_cart,
        Purpose.ACCOUNT: _look_after_account,
        Purpose.NEWS: _follow_news,
        Purpose.LEAVE: _look_for_exit,
        Purpose.KIOSK: _use_kiosk,
    }
    yield from scripts[visit.purpose](visit, login, dice)


def _login(account: Sighting) -> Iterator[Step]:
    yield _visit_page(catalogue.LOGIN)
    yield identify(account)
    yield Step("track", "Signed In", properties={"method": "password"})


def _browse(_visit: WebVisit, login: list[Step], dice: Dice) -> Iterator[Step]:
    if dice.chance(0.6):
        yield _visit_page(catalogue.HOME)
    pages = (catalogue.TARIFF_LIST, catalogue.PHONE_LIST, catalogue.COVERAGE, catalogue.STORES, catalogue.HELP)
    for _ in range(1 + dice.count(1.3)):
        page = dice.pick(pages)
        yield _visit_page(page)
        if page is catalogue.TARIFF_LIST:
            yield _visit_page(catalogue.tariff_page(dice.weighted(TARIFFS)))
        elif page is catalogue.PHONE_LIST:
            yield from _look_at_article(dice)
    yield from login


def _order(visit: WebVisit, login: list[Step], dice: Dice) -> Iterator[Step]:
    yield from _fill_cart(visit, [], dice)
    yield _visit_page(catalogue.CART)
    yield from login
    yield _visit_page(catalogue.CHECKOUT)
    yield Step("track", "Checkout Started", properties=_basket_properties(visit, "order_id"))
    yield Step("track", "Order Completed", properties=_basket_properties(visit, "order_id"))


def _fill_cart(visit: WebVisit, login: list[Step], dice: Dice) -> Iterator[Step]:
    yield _visit_page(catalogue.PHONE_LIST if dice.chance(0.7) else catalogue.HOME)
    for item in visit.basket.items if visit.basket else ():
        yield _visit_page(catalogue.article_page(item.article))
        yield Step("track", "Product Added", properties=item.described() | _cart_id(visit))
    if visit.purpose is Purpose.CART:
        yield from login
        yield _visit_page(catalogue.CART)
        yield Step("track", "Cart Viewed", properties=_basket_properties(visit, "cart_id"))


def _look_after_account(_visit: WebVisit, login: list[Step], dice: Dice) -> Iterator[Step]:
    yield _visit_page(catalogue.HOME)
    if dice.chance(0.5):
        yield _visit_page(catalogue.HELP)
    yield from login
    if login:
        yield _visit_page(catalogue.ACCOUNT)
        yield _visit_page(dice.pick((catalogue.INVOICES, catalogue.INVOICES, catalogue.CONTRACT)))


def _follow_news(visit: WebVisit, login: list[Step], dice: Dice) -> Iterator[Step]:
    if visit.campaign == "cart-reminder":
        yield _visit_page(catalogue.CART)
    elif visit.campaign and "phones" in visit.campaign:
        yield from _look_at_article(dice)
    else:
        yield _visit_page(catalogue.TARIFF_LIST)
        yield _visit_page(catalogue.tariff_page(dice.weighted(TARIFFS)))
    yield from login


def _look_for_exit(_visit: WebVisit, login: list[Step], dice: Dice) -> Iterator[Step]:
    if dice.chance(0.4):
        yield _visit_page(catalogue.HOME)
        yield Step("track", "Site Searched", properties={"query": dice.pick(_EXIT_SEARCHES)})
    yield _visit_page(catalogue.NOTICE_PERIOD)
    yield _visit_page(catalogue.TERMINATION)
    if dice.chance(0.5):
        yield _visit_page(catalogue.NUMBER_PORTING)
        yield _visit_page(catalogue.TERMINATION)
    yield from login


def _use_kiosk(visit: WebVisit, login: list[Step], dice: Dice) -> Iterator[Step]:
    yield _visit_page(catalogue.HOME)
    yield from login
    if visit.account:
        yield _visit_page(catalogue.CONTRACT)
    else:
        yield from _look_at_article(dice)


def _look_at_article(dice: Dice) -> Iterator[Step]:
    article = dice.weighted(PHONES if dice.chance(0.7) else ACCESSORIES)
    yield _visit_page(catalogue.article_page(article))
    properties = {"sku": article.sku, "name": article.name, "price": article.price, "currency": CURRENCY}
    yield Step("track", "Product Viewed", properties=properties)


def _visit_page(page: Page) -> Step:
    return Step("page", page.name, page.path)


def _cart_id(visit: WebVisit) -> dict[str, Any]:
    return {"cart_id": f"B{visit.basket.number}"} if visit.basket else {}


def _basket_properties(visit: WebVisit, id_name: str) -> dict[str, Any]:
    basket = visit.basket
    if basket is None:
        return {}
    number = basket.number if id_name == "order_id" else f"B{basket.number}"
    items = [item.described() for item in basket.items]
    return {id_name: number, "total": basket.total, "currency": CURRENCY, "products": items}


def _frame(visit: WebVisit, dice: Dice) -> dict[str, Any]:
    context: dict[str, Any] = {"sessionId": visit.session_id}
    if visit.campaign is not None:
        context["campaign"] = {"name": visit.campaign, "source": "newsletter", "medium": "email"}
    context |= {"userAgent": visit.browser.user_agent, "locale": dice.pick(_LOCALES)}
    return {"anonymousId": visit.anonymous_id, "context": context}


def _page(step: Step, referrer: str) -> dict[str, Any]:
    title = f"{step.name} | {COMPANY}"
    return {"path": step.path, "url": f"{WEBSITE}{step.path}", "title": title, "referrer": referrer}


def _next(visit: WebVisit, step: Step, at: datetime, dice: Dice) -> datetime:
    """When the next thing happens: right after a click, or after some reading; an order when the shop says so."""
    if step.name == "Checkout Started" and visit.basket is not None:
        return max(visit.basket.at, at + timedelta(seconds=5))
    if step.kind == "identify":
        return at + timedelta(milliseconds=dice.between(40, 300))
    return at + dice.lasting(3, 60)
