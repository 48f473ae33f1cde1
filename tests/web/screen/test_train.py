"""Train: a training is set up, started, watched, paused, found again and resumed on the page."""

import os
import re
import signal
import subprocess
import sys
import time

import pytest

from browser import DIGITS, draw

TINY = "#train?show=setup&model=layers&layers=conv+4+5+stride%3D4%2C+relu%2C+flatten%2C+linear+10"
X = "\N{MULTIPLICATION SIGN}"
SMALL = f"{TINY}&epochs=2&batch_size=30&seed=1"


@pytest.fixture
def training(serve):
    """A server, whose runs folder has one run."""
    return serve


def open_setup(page, training, link):
    page.goto(training.address + link)
    page.locator("#train-start:enabled").wait_for()


def start(page, training, name, more=""):
    open_setup(page, training, f"{SMALL}{more}&name={name}")
    page.locator("#train-start").click()
    page.locator(".standing h2", has_text=name).wait_for()


def state(page, words, timeout=60_000):
    page.locator(".standing .chip", has_text=re.compile(rf"^{words}$")).wait_for(timeout=timeout)


def steps(page):
    """How many steps the page shows."""
    text = page.locator(".state .number").inner_text()
    return int(re.search(r"step ([\d,]+) of", text)[1].replace(",", ""))


def points(page, look="raw"):
    """How many points the loss curve has."""
    path = page.locator(".curves figure").first.locator(f"path.{look}").get_attribute("d")
    return len(re.findall("[ML]", path))


def test_two_epochs_with_a_pause_and_a_reload(page, training):
    start(page, training, "paused")
    page.locator("#train-pause").click()  # it has not begun yet
    state(page, "paused")
    assert steps(page) == 0
    for step in range(1, 4):
        page.locator("#train-step").click()
        page.locator(".state .number", has_text=f"step {step} of 96").wait_for()
    page.reload()
    state(page, "paused")
    assert steps(page) == 3
    page.locator(".curves path.raw").nth(1).wait_for(state="attached")
    assert points(page) == 3
    page.locator("#train-resume").click()
    state(page, "finished")
    assert steps(page) == 96  # 1,437 images in batches of 30, twice
    page.locator(".curves circle.tested").nth(3).wait_for(state="attached")
    assert points(page) == 96
    assert (training.runs / "paused" / "model.safetensors").exists()


def test_filters_maps_and_health_grow(page, training):
    start(page, training, "grows", "&epochs=4000")
    page.locator(".grown canvas").first.wait_for()
    page.locator(".strip-row", has_text="linear1").wait_for()
    assert page.locator(".dead li").count() == 1
    page.locator("#train-stop").click()
    state(page, "stopped")
    page.locator("#train-again").click()
    state(page, "training|is training")
    page.locator("#train-stop").click()
    state(page, "stopped")


def test_two_pages_watch_at_once(page, new_page, training):
    other = new_page()
    start(page, training, "shared", "&epochs=4000")
    other.goto(training.address + "#train")  # it finds what is training
    other.locator(".standing h2", has_text="shared").wait_for()
    other.locator("#train-pause").click()
    for one in (page, other):
        state(one, "paused")
    assert steps(page) == steps(other)
    page.locator("#train-stop").click()
    for one in (page, other):
        state(one, "stopped")


def test_a_killed_trainer_is_reported_and_goes_on(page, training):
    start(page, training, "killed", "&epochs=4000&checkpoint_every=5")
    page.locator(".curves path.smooth").first.wait_for(state="attached")
    owner = int((training.runs / "killed" / "lock").read_text())
    os.kill(owner, signal.SIGKILL)
    state(page, "ended unexpectedly")
    trouble = page.locator("[role=alert]", has_text="SIGKILL")
    trouble.wait_for()
    assert "Resume" in trouble.inner_text()
    page.locator("#train-again").click()
    state(page, "is training")
    page.locator("#train-stop").click()
    state(page, "stopped")


def test_a_training_elsewhere_is_watched(page, training):
    command = [sys.executable, "-m", "badak", "train", "digits", "--run-dir", "runs/elsewhere"]
    more = ["--epochs", "9000", "--limit-train", "200", "--limit-test", "50"]
    process = subprocess.Popen(
        [*command, *more, "--layers", "conv 2 9 stride=9, flatten, linear 10"],
        cwd=training.runs.parent,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while not (training.runs / "elsewhere" / "history.csv").exists():
            assert process.poll() is None
            time.sleep(0.1)
        page.goto(training.address + "#train?show=watch&run=elsewhere")
        state(page, "trains elsewhere")
        page.locator(".curves circle.tested").first.wait_for(state="attached")
        assert page.locator("#train-pause").count() == 0
    finally:
        process.kill()
        process.wait()


def test_a_fault_stands_at_its_layer(page, training):
    open_setup(page, training, TINY)
    area = page.locator(".sheet textarea")
    area.fill("conv 4 5,\npool 99,\nflatten,\nlinear 10")
    page.locator(".sheet mark", has_text="pool 99").wait_for()
    beside = page.locator(".beside span")
    assert beside.all_inner_texts()[0].startswith(f"4{X}24{X}24")
    assert "✕" in beside.nth(1).inner_text()
    assert "Line 2:" in page.locator(".faults").inner_text()
    assert "99x99" in page.locator(".faults").inner_text()
    assert page.locator("#train-start").is_disabled()
    area.fill("conv 4 5,\npool 2\nflatten\nlinear 10")  # commas may be left out at a line's end
    page.locator("#train-start:enabled").wait_for()
    shapes = [f"4{X}24{X}24  ·  104", f"4{X}12{X}12", "576", "10  ·  5,770"]
    assert beside.all_inner_texts() == shapes
    typed = "--layers 'conv 4 5, pool 2, flatten, linear 10'"
    page.locator(".train-command", has_text=typed).wait_for()


def test_a_model_becomes_a_list(page, training):
    open_setup(page, training, "#train?show=setup&model=lenet")
    page.locator("#edit-layers").click()
    area = page.locator(".sheet textarea")
    area.wait_for()
    assert area.input_value().startswith("conv 6 5 padding=2,\nrelu,\npool 2,")
    page.reload()
    area.wait_for()
    assert area.input_value().startswith("conv 6 5 padding=2,\nrelu,\npool 2,")


def test_a_wrong_number_is_said_at_its_field(page, training):
    open_setup(page, training, TINY)
    page.locator("#field-lr").fill("-1")
    page.locator(".train-fault", has_text=re.compile("lr must be .*-1")).wait_for()
    assert page.locator("#field-lr").get_attribute("aria-invalid") == "true"
    assert page.locator("#train-start").is_disabled()


def test_augmentation_is_seen_on_examples(page, training):
    open_setup(page, training, TINY)
    page.locator(".example-row").first.wait_for()
    assert page.locator(".example-row").count() == 1
    page.locator("button.pick", has_text=re.compile("^mixup$")).click()
    page.locator(".example-row.varied").first.wait_for()
    caption = page.locator(".example-row.varied figcaption").first.inner_text()
    assert re.fullmatch(r"\d\s\d+%(, \d\s\d+%)?", caption)
    assert "--augment mixup" in page.locator(".train-command", has_text="mixup").inner_text()


def test_the_curve_is_read_by_keyboard(page, training):
    page.goto(training.address + "#train?show=watch&run=digits")
    plot = page.locator(".curves .plot").first
    page.locator(".curves path.raw").first.wait_for(state="attached")
    plot.focus()
    plot.press("Home")
    page.locator(".curves .readout", has_text=re.compile("^Step 1, epoch 1: batch")).wait_for()
    plot.press("ArrowRight")
    page.locator(".curves .readout", has_text="Step 2, epoch 1").wait_for()
    assert "Step 2" in plot.get_attribute("aria-valuetext")


def test_the_copied_code_runs(page, training):
    page.goto(training.address + "#train?show=watch&run=digits")
    page.locator(".standing h2", has_text="digits").wait_for()
    details = page.locator(".watch details.copied", has_text="As Python")
    details.locator("summary").click()
    code = details.locator("pre", has_text="import badak").inner_text()
    reply = subprocess.run(
        [sys.executable, "-c", code], cwd=training.runs.parent, capture_output=True, text=True
    )
    assert reply.returncode == 0, reply.stderr
    assert "conv1" in reply.stdout


def test_the_page_is_korean(new_page, training):
    page = new_page(locale="ko-KR")
    open_setup(page, training, TINY)
    assert page.locator("#train-start").inner_text() == "학습 시작"


def test_the_code_of_a_setup_runs(page, training):
    open_setup(page, training, f"{SMALL}&limit_train=90&name=copied")
    details = page.locator(".setup details.copied")
    details.locator("summary").click()
    code = details.locator("pre", has_text="import badak").inner_text()
    reply = subprocess.run(
        [sys.executable, "-c", code], cwd=training.runs.parent, capture_output=True, text=True
    )
    assert reply.returncode == 0, reply.stderr
    assert (training.runs / "copied" / "model.safetensors").exists()


def test_what_is_drawn_is_watched(page, training):
    start(page, training, "drawn", "&epochs=4000")
    page.locator("#train-pause").click()
    state(page, "paused")
    page.locator(".watched .hint", has_text="Test image 0").wait_for()
    seen = page.locator(".seen .input")
    before = pixels(seen)
    draw(page, DIGITS[7])
    page.locator(".watched .hint", has_text="Your image").wait_for()
    wait_until(page, lambda: pixels(seen) != before)
    page.reload()  # the link has the image, the server the training
    page.locator(".watched .hint", has_text="Your image").wait_for()
    page.locator("#language").click()
    state(page, "일시 정지")
    page.locator("#train-stop").click()
    state(page, "멈춤")


def pixels(canvas):
    """What a canvas shows, as text."""
    return canvas.evaluate("(canvas) => canvas.toDataURL()")


def wait_until(page, true):
    for _ in range(200):
        if true():
            return
        page.wait_for_timeout(50)
    raise AssertionError("it did not come true in 10 s")
