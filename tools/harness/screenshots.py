"""`make screenshots`: the pictures of the guides, made by the tests that look at each screen."""

import shutil

from . import bundles, crm, erps, fonts, paths, run_pytest
from .errors import Stop
from .progress import say

TESTS = (
    "tests/test_screens.py",
    "tests/test_screens_before_won.py",
    "tests/test_screens_after_sales.py",
    "tests/test_screens_load.py",
    "tests/test_screens_after_won.py",
    "tests/test_screens_languages.py",
)
DATABASE = "crm_screens"
IMAGES = paths.ROOT / "docs/images"
# What the guides and README show: name there, and which of the pictures it is.
GUIDE = {
    "opportunity": "en_US-desktop/opportunity",
    "opportunity-held-up": "en_US-desktop/opportunity-held-up",
    "opportunity-mobile": "en_US-mobile/opportunity",
    "opportunity-arabic": "ar_001-desktop/opportunity",
    "opportunity-chinese": "zh_CN-desktop/opportunity",
    "quotation": "en_US-desktop/quotation",
    "customer": "en_US-desktop/customer",
    "check-before-won": "en_US-desktop/check-before-won",
    "confirmed-not-won": "en_US-desktop/confirmed-not-won-order",
    "complaint": "en_US-desktop/complaint-history",
    "feedback": "en_US-desktop/feedback-deal-lines",
    "load": "en_US-desktop/load",
    "sales-forecast": "en_US-desktop/sales-forecast",
    "overview": "en_US-desktop/overview",
    "overview-arabic": "ar_001-desktop/overview",
    "problems": "en_US-desktop/problems",
    "queue": "en_US-desktop/queue",
    "job": "en_US-desktop/job",
    "products": "en_US-desktop/products",
    "values": "en_US-desktop/values",
    "timeline": "en_US-desktop/timeline",
    "flows": "en_US-desktop/flows",
    "schedule": "en_US-desktop/schedule",
    "connector": "en_US-desktop/connector",
    "connector-stopped": "en_US-desktop/connector-stopped",
    "setup-system": "en_US-desktop/setup-1-system",
    "setup-access": "en_US-desktop/setup-2-access",
    "setup-test": "en_US-desktop/setup-3-test",
    "setup-flows": "en_US-desktop/setup-4-flows",
    "setup-preview": "en_US-desktop/setup-5-preview",
}


def run(arguments=()) -> int:
    """Look at every screen, then bring the pictures that the guides show up to date."""
    fonts.provide()
    erps.up()
    crm.provide(DATABASE, crm.suite_addons())
    bundles.provide(DATABASE)
    if code := run_pytest.run(DATABASE, ["-q", *TESTS, *arguments]):
        return code
    missing = [name for name in GUIDE.values() if not find(name).is_file()]
    if missing:
        raise Stop(
            f"No picture was made of {', '.join(missing)}: see {', '.join(TESTS)}."
        )
    IMAGES.mkdir(parents=True, exist_ok=True)
    for name, source in GUIDE.items():
        shutil.copyfile(find(source), IMAGES / f"{name}.png")
    say(f"{len(GUIDE)} pictures in {IMAGES}; all of them in {paths.SCREENSHOTS}.")
    return 0


def find(name: str):
    """The picture as the tests have kept it."""
    return paths.SCREENSHOTS / f"{name}.png"
