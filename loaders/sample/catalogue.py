"""What the sample company sells, and the pages of its website."""

from dataclasses import dataclass

from loaders.sample.dice import Weighted

COMPANY = "Lindenfunk"
WEBSITE = "https://www.lindenfunk.example"


@dataclass(frozen=True, slots=True)
class Tariff:
    """A mobile contract."""

    name: str
    slug: str
    monthly: float


@dataclass(frozen=True, slots=True)
class Article:
    """Something that the shop sends by parcel."""

    sku: str
    name: str
    price: float


TARIFFS = Weighted(
    {
        Tariff("Linden S", "linden-s", 9.99): 26.0,
        Tariff("Linden M", "linden-m", 19.99): 34.0,
        Tariff("Linden L", "linden-l", 29.99): 20.0,
        Tariff("Linden XL", "linden-xl", 44.99): 8.0,
        Tariff("Linden Young", "linden-young", 14.99): 12.0,
    }
)
PHONES = Weighted(
    {
        Article("PH-KES12", "Kestrel 12", 599.00): 20.0,
        Article("PH-KES12P", "Kestrel 12 Pro", 899.00): 10.0,
        Article("PH-ORBS4", "Orbit S4", 449.00): 18.0,
        Article("PH-ORBM", "Orbit Mini", 299.00): 14.0,
        Article("PH-HEATH", "Heath One", 189.00): 12.0,
        Article("TB-SLATE10", "Slate 10 Tablet", 329.00): 6.0,
    }
)
ACCESSORIES = Weighted(
    {
        Article("AC-CASE", "Phone case", 19.90): 30.0,
        Article("AC-CHARGE30", "Charger 30 W", 29.90): 22.0,
        Article("AC-BUDS", "Wireless earbuds", 79.00): 16.0,
        Article("AC-CABLE", "USB-C cable", 12.90): 18.0,
        Article("AC-GLASS", "Screen protector", 14.90): 18.0,
        Article("SIM-PREPAID", "Prepaid SIM", 9.95): 10.0,
    }
)


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the website."""

    name: str
    path: str


HOME = Page("Home", "/")
TARIFF_LIST = Page("Tariffs", "/tariffs")
PHONE_LIST = Page("Phones", "/phones")
CART = Page("Cart", "/cart")
CHECKOUT = Page("Checkout", "/checkout")
LOGIN = Page("Sign in", "/login")
ACCOUNT = Page("My account", "/account")
INVOICES = Page("Invoices", "/account/invoices")
CONTRACT = Page("My contract", "/account/contract")
TERMINATION = Page("Terminate a contract", "/contract/termination")
NOTICE_PERIOD = Page("Notice periods", "/help/notice-period")
NUMBER_PORTING = Page("Take your number along", "/help/number-porting")
HELP = Page("Help", "/help")
COVERAGE = Page("Network coverage", "/help/coverage")
STORES = Page("Stores", "/stores")


def tariff_page(tariff: Tariff) -> Page:
    """The page of a tariff."""
    return Page(tariff.name, f"/tariffs/{tariff.slug}")


def article_page(article: Article) -> Page:
    """The page of an article."""
    return Page(article.name, f"/shop/{article.sku.lower()}")
