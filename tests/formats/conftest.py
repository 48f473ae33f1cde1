"""`browser`: Chromium without a screen; `learned`: a network trained briefly on digits."""

import shutil

import pytest

from badak import Trainer, data, models

# Tests run them; they must not be imported to look for doctests.
collect_ignore = ["weights/keras_model.py", "weights/torch_forgeries"]

ARGUMENTS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
    "--window-size=1280,900",
)  # fmt: skip


@pytest.fixture(scope="session")
def _chromium():
    program = shutil.which("chromium") or shutil.which("google-chrome")
    driver = shutil.which("chromedriver")
    if program is None or driver is None:
        pytest.skip("there is no Chromium: apt-get install -y chromium chromium-driver")
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = program
    for word in ARGUMENTS:
        options.add_argument(word)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    started = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    yield started
    started.quit()


@pytest.fixture
def browser(_chromium):
    """The browser; an error in the page's console fails the test."""
    _chromium.get_log("browser")
    yield _chromium
    complaints = [one["message"] for one in _chromium.get_log("browser")]
    _chromium.get("about:blank")
    assert complaints == []


@pytest.fixture(scope="session")
def learned():
    """LeNet-5, the digits it was trained on, and the digits to test it on."""
    net = models.LeNet5()
    train, test = data.load("digits")
    Trainer(net, epochs=6, batch_size=50, progress=False).fit(train)
    return net, train, test
