"""Results, two runs side by side and own models, in Chromium."""

import base64
import shutil
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from badak import data, inspect, load, models
from badak import onnx as badak_onnx


def refused(complaints):
    """Take out Chromium's own line on a question that the server refused."""
    assert [one for one in complaints if "status of 4" in one]
    complaints[:] = [one for one in complaints if "status of 4" not in one]


def train(run, *words):
    """Train for one epoch, in a process of its own."""
    command = [sys.executable, "-m", "badak", "train", *words, "--epochs", "1"]
    subprocess.run([*command, "--run-dir", str(run)], check=True, stdout=subprocess.DEVNULL)


@pytest.fixture(scope="module")
def other(serve):
    """A second run, of another model, which learnt less."""
    train(serve.runs / "other", "digits", "--model", "simple", "--limit-train", "300")
    return "run/other"


@pytest.fixture(scope="module")
def found(run):
    """The test images, and what the run's network predicts."""
    _, test = data.load("digits")
    return test, inspect.predictions(load(run / "best.safetensors"), test)


def drop(page, path):
    """Drop a file onto the page, as a hand does."""
    page.evaluate(
        """([name, text]) => {
          const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
          const dataTransfer = new DataTransfer();
          dataTransfer.items.add(new File([bytes], name));
          document.querySelector("main").dispatchEvent(
            new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
        }""",
        [path.name, base64.b64encode(path.read_bytes()).decode()],
    )


def test_the_numbers_of_the_page_are_the_librarys(page, serve, found):
    _, predictions = found
    page.goto(serve.at("results"))
    of = inspect.metrics(predictions)
    page.get_by_text(f"{of.accuracy:.1%} accuracy").wait_for()
    cells = page.locator(".matrix tbody td button")
    assert cells.count() == 100
    shown = [int(text.replace(",", "") or 0) for text in cells.all_inner_texts()]
    assert shown == inspect.confusion_matrix(predictions).counts.ravel().tolist()
    recalls = page.locator('.results tbody td[data-key="recall"]')
    assert [text.split("%")[0] for text in recalls.all_inner_texts()] == [
        f"{100 * value:.1f}" for value in of.recall
    ]
    error = inspect.reliability(predictions).error
    assert page.get_by_text(f"Expected calibration error {error:.1%}").is_visible()


def test_a_cell_opens_its_images_and_an_image_opens_in_draw(page, serve, found):
    test, predictions = found
    counts = inspect.confusion_matrix(predictions).counts
    truth, answer = np.unravel_index((counts * (1 - np.eye(10))).argmax(), counts.shape)
    page.goto(serve.at("results"))
    page.get_by_role("button", name=f"{truth} taken for {answer}: {counts[truth, answer]}").click()
    samples = page.locator(".sample")
    page.get_by_role("heading", name=f"{truth}, taken for {answer}").wait_for()
    page.wait_for_function(
        "(count) => document.querySelectorAll('.sample').length === count",
        arg=int(counts[truth, answer]),
    )
    inside = (predictions.labels == truth) & (predictions.predicted == answer)
    first = int(predictions.surest(inside)[0])
    samples.first.click()
    assert page.get_by_text(f"Test image {first:,}").is_visible()
    # The link restores the cell.
    address = page.url
    page.goto("about:blank")
    page.goto(address)
    page.get_by_role("heading", name=f"{truth}, taken for {answer}").wait_for()
    samples.first.click()
    page.locator(".enlarged").get_by_role("button", name="Draw").click()
    page.locator("#verdict").get_by_text(f"{test.class_names[answer]}, ").wait_for()
    assert f"source=test%3A{first}" in page.url


def test_more_images_pressed_twice_come_once(page, serve, found):
    _, predictions = found
    counts = np.diag(inspect.confusion_matrix(predictions).counts)
    page.goto(serve.at("results"))
    page.locator(".matrix tbody td button").nth(11 * int(counts.argmax())).click()  # the diagonal
    page.wait_for_function("() => document.querySelectorAll('.sample').length === 24")
    page.get_by_role("button", name=f"Show more ({counts.max() - 24} left)").dblclick()
    page.wait_for_function("() => document.querySelectorAll('.sample').length > 24")
    page.wait_for_timeout(300)  # an answer of a second question would be there too
    assert page.locator(".sample").count() == counts.max()


def test_the_matrix_is_walked_with_the_keys(page, serve):
    page.goto(serve.at("results"))
    page.locator(".matrix").wait_for()
    page.locator('.matrix button[tabindex="0"]').focus()
    for key in ("ArrowRight", "ArrowDown", "ArrowDown", "ArrowLeft"):
        page.keyboard.press(key)
    assert page.evaluate("document.activeElement.getAttribute('aria-label')").startswith("2 taken")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="2, taken for 0").wait_for()
    page.locator(".pictured .sample, .pictured .hint").first.wait_for()


def test_the_classes_are_sorted(page, serve, found):
    _, predictions = found
    page.goto(serve.at("results"))
    heading = page.get_by_role("columnheader", name="Recall")
    heading.get_by_role("button").click()
    assert heading.get_attribute("aria-sort") == "descending"
    heading.get_by_role("button").click()
    assert "sort=recall" in page.url
    names = page.locator(".results .sorted tbody th").all_inner_texts()
    recall = inspect.metrics(predictions).recall
    assert [int(name) for name in names] == np.argsort(recall, kind="stable").tolist()


def test_two_runs_are_set_side_by_side(page, serve, other, found):
    test, predictions = found
    page.goto(serve.at(f"compare?second={other}"))
    second = inspect.predictions(load(serve.runs / "other" / "best.safetensors"), test)
    both = inspect.compare(predictions, second)
    assert both.p_value < 0.05
    page.get_by_text("digits is better.").wait_for()
    agreement = page.locator(".agreement td b")
    assert agreement.all_inner_texts() == [
        str(count)
        for count in (both.both_right, len(both.only_first), len(both.only_second), both.both_wrong)
    ]
    page.locator(".halves .sample").first.wait_for()
    row = page.locator(".measures tbody tr").last
    page.wait_for_function(
        "() => [...document.querySelectorAll('.measures tbody tr:last-child td')]"
        ".every((cell) => /[µm]?s$/.test(cell.textContent))"
    )
    assert "One image" in row.inner_text()
    assert page.locator("svg path.line").count() == 4
    assert page.locator("svg circle").count() == 2  # of one epoch there is no line to see
    page.get_by_label("Measure").select_option("loss")
    assert "measure=loss" in page.url


def test_the_python_of_both_views_runs_as_it_stands(page, serve, other, tmp_path):
    for number, link in enumerate(("results", f"compare?second={other}")):
        page.goto("about:blank")
        page.goto(serve.at(link))
        page.get_by_text("As Python").click()
        shown = page.locator(".copied pre", has_text="import badak")
        shown.wait_for()
        code = shown.inner_text()
        assert code.startswith("import badak\n")
        path = tmp_path / f"{number}.py"
        path.write_text(code)
        done = subprocess.run([sys.executable, path], capture_output=True, text=True, check=False)
        assert done.stderr == ""
        assert "calibration error" in done.stdout or "p = " in done.stdout


def test_the_python_of_the_results_is_of_the_network_without_edits(page, serve):
    page.goto(serve.at("results?edits=conv1.bias*0*2"))
    page.get_by_text("without your edits").wait_for()
    page.get_by_text("As Python").click()
    shown = page.locator(".copied pre", has_text="import badak")
    shown.wait_for()
    assert "parameters()" not in shown.inner_text()


def test_a_run_is_chosen_from_the_list_and_from_the_header(page, serve, other):
    page.goto(serve.at("models"))
    page.get_by_role("button", name="other", exact=True).click()
    page.locator("#verdict").wait_for()
    assert "network=run%2Fother" in page.url
    page.get_by_label("Network", exact=True).select_option("digits")
    page.wait_for_url("**network=run%2Fdigits**")


def test_a_network_that_arrives_late_does_not_take_the_place_of_the_one_chosen_since(
    page, serve, other
):
    def slowly(route):
        if other in (route.request.post_data or ""):
            page.wait_for_timeout(1500)
        route.continue_()

    page.goto(serve.at("models?network=run%2Fdigits"))
    page.locator(".models table").wait_for()
    page.route("**/api/ask/network", slowly)
    page.evaluate("""() => {
      location.hash = "#models?network=run%2Fother";
      setTimeout(() => (location.hash = "#models?network=run%2Fdigits"), 100);
    }""")
    page.wait_for_timeout(3000)
    assert page.get_by_label("Network", exact=True).input_value() == "run/digits"
    assert "network=run%2Fdigits" in page.url


def test_a_link_to_a_network_that_is_gone_says_so(page, serve, complaints):
    page.goto(serve.at("draw?network=run%2Fgone&edits=conv1.bias*0*2"))
    page.locator("p.said", has_text="holds no run 'gone'").wait_for()
    assert "edits" not in page.url
    refused(complaints)


def test_a_tab_opens_in_a_tab_of_the_browser_with_network_and_edits(page, serve):
    page.goto(serve.at("draw?network=run%2Fdigits"))
    page.locator("#verdict", has_text="%").wait_for()
    page.evaluate("location.hash = 'draw?network=run%2Fdigits&edits=conv1.bias*0*3'")
    page.get_by_text("Edited weights: 1").wait_for()
    with page.context.expect_page() as beside:
        page.locator("nav a", has_text="Filters").click(modifiers=["ControlOrMeta"])
    beside.value.wait_for_url("**#filters?network=run%2Fdigits&edits=conv1.bias**")
    assert "#draw?" in page.url


def test_an_image_that_does_not_fit_the_network_looked_at_opens_in_its_own(
    page, serve, other, tmp_path
):
    path = tmp_path / "larger.safetensors"
    models.LeNet5(input_shape=(1, 32, 32)).save(path)
    page.goto(serve.at("models"))
    page.locator(".models table").wait_for()
    drop(page, path)
    page.wait_for_url("**network=file**")
    page.get_by_label("Network", exact=True).wait_for()
    network = page.url.split("network=")[1].split("&")[0]
    link = f"compare?first=run%2Fdigits&second={other}&network={network}"
    page.evaluate("(link) => void (location.hash = link)", link)
    page.locator(".gallery button.sample").first.click()
    page.locator(".enlarged").get_by_role("button", name="Draw").click()
    page.locator("#verdict", has_text="%").wait_for()
    assert "source=test" in page.url
    assert "network=run%2Fdigits" in page.url


def test_an_onnx_file_that_is_dropped_opens_in_the_views(page, serve, run, tmp_path):
    path = tmp_path / "mine.onnx"
    badak_onnx.export(load(run / "best.safetensors"), path)
    page.goto(serve.at("results"))
    page.locator(".matrix").wait_for()
    drop(page, path)
    page.locator("#verdict").wait_for()
    assert "network=file%2F" in page.url
    network = page.get_by_label("Network", exact=True)
    page.wait_for_function(
        "() => document.querySelector('select.network').selectedOptions[0]?.text === 'mine.onnx'"
    )
    assert network.locator("option:checked").inner_text() == "mine.onnx"
    page.get_by_role("link", name="Results").click()
    page.get_by_text("This network came without test images").wait_for()
    page.get_by_label("Measure it by the test images of").select_option("digits")
    page.locator(".matrix").wait_for()
    assert "images=run%2Fdigits" in page.url


def test_weights_of_pytorch_go_into_the_network_that_is_open(page, serve, run, tmp_path):
    torch = pytest.importorskip("torch")
    net = load(run / "best.safetensors")
    state = {name: torch.from_numpy(np.array(array)) for name, array in net.state().items()}
    path = tmp_path / "weights.pth"
    torch.save(state, path)
    page.goto(serve.at("models"))
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Open a model file").click()
    chooser.value.set_files(path)
    page.locator("#verdict").wait_for()
    page.wait_for_function(
        "() => document.querySelector('select.network').selectedOptions[0]?.text === 'weights.pth'"
    )


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("broken.onnx", b"\x08\x08garbage", "broken.onnx could not be opened"),
        ("empty.safetensors", b"", "empty.safetensors could not be opened"),
        ("half.pth", b"PK\x03\x04half", "half.pth could not be opened"),
    ],
)
def test_a_damaged_file_is_told_in_words(page, serve, complaints, tmp_path, name, content, words):
    path = tmp_path / name
    path.write_bytes(content)
    page.goto(serve.at("draw"))
    page.locator("#verdict").wait_for()
    drop(page, path)
    told = page.locator(".told")
    told.get_by_text(words).wait_for()
    assert len(told.inner_text()) > len(words) + 10
    refused(complaints)
    assert page.locator("select.network").input_value() == "run/digits"


def test_a_file_of_another_kind_is_told_in_words(page, serve, tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("hello")
    page.goto(serve.at("draw"))
    page.locator("#verdict").wait_for()
    drop(page, path)
    page.locator(".told").get_by_text("notes.txt is no model file").wait_for()


def test_a_network_of_one_class_is_not_asked_for_a_second(page, serve, tmp_path):
    path = tmp_path / "one.safetensors"
    models.LeNet5(num_classes=1).save(path)
    page.goto(serve.at("models"))
    page.locator(".models table").wait_for()
    drop(page, path)
    page.wait_for_url("**#draw?**network=file**")
    page.locator(".more-cam").wait_for(state="attached")
    assert page.locator(".more-turn").count() == 0


def test_without_images_of_its_kind_the_page_says_what_to_do(page, serve, tmp_path):
    path = tmp_path / "colour.safetensors"
    models.LeNet5(input_shape=(3, 32, 32), num_classes=3, modern=True).save(path)
    page.goto(serve.at("models"))
    page.locator(".models table").wait_for()
    drop(page, path)
    page.locator('main[data-view="draw"]').wait_for()
    page.get_by_role("link", name="Results").click()
    page.get_by_text("Train one on the data set that the network is for").wait_for()


def test_many_classes_are_a_picture_a_list_and_a_search(page, serve, tmp_path):
    generator = np.random.default_rng(0)
    for number in range(360):
        folder = tmp_path / "many" / f"class {number % 60}"
        folder.mkdir(parents=True, exist_ok=True)
        pixels = generator.integers(0, 256, (8, 8), np.uint8)
        Image.fromarray(pixels).save(folder / f"{number}.png")
    options = ("--image-size", "8", "--layers", "flatten, linear 60")
    train(serve.runs / "many", f"folder:{tmp_path / 'many'}", *options)
    page.goto(serve.at("results?network=run/many"))
    page.locator("canvas.heat").wait_for()
    assert page.locator(".confusions li").count() == 12
    page.locator(".confusions button").first.click()
    page.locator(".sample").first.wait_for()
    assert page.locator(".results .sorted tbody tr").count() == 50
    page.get_by_label("Find a class").fill("class 57")
    assert page.locator(".results .sorted tbody tr").count() == 1
    page.locator("canvas.heat").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    shutil.rmtree(serve.runs / "many")


def test_korean_has_words_for_all_of_it(new_page, serve, other):
    page = new_page(locale="ko-KR")
    for link in ("results", f"compare?second={other}", "models"):
        page.goto("about:blank")
        page.goto(serve.at(link))
        page.locator("table").first.wait_for()
        text = page.locator("main").inner_text()
        assert "results." not in text
        assert "compare." not in text
        assert "models." not in text
