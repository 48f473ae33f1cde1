"""The view Train without a browser: what is asked for, and what is made of what is told."""

import ast
import json

import node


def test_a_folders_images_are_trained_in_the_size_that_is_shown(tmp_path):
    data = [{"name": "digits"}, {"name": "folder:/photos", "image_size": 64}]
    options = json.dumps({"datasets": data, "models": [], "layers": ""})
    asked = f"""
      const chosen = (dataset) => trainForm({{ state: {{ dataset }} }}, {options}).choices();
      console.log(JSON.stringify([chosen("folder:/photos"), chosen("digits")]));
    """
    found = node.run("views/train/form.js", asked, tmp_path)
    assert found == [{"dataset": "folder:/photos", "image_size": 64}, {"dataset": "digits"}]


def test_the_code_of_a_run_names_its_files_wherever_they_are(tmp_path):
    path = """/home/me/my "best" runs/it's one"""
    asked = f"console.log(JSON.stringify(watchCode({json.dumps({'path': path})})));"
    tree = ast.parse(node.run("views/train/code.js", asked, tmp_path))
    texts = {part.value for part in ast.walk(tree) if isinstance(part, ast.Constant)}
    assert {f"{path}/model.safetensors", f"{path}/history.csv"} <= texts


HISTORIES = """
  const tensor = (...data) => ({ shape: [data.length], data });
  const rows = (...steps) => Object.fromEntries(["step", "epoch", "loss", "accuracy", "lr"]
    .map((name) => [name, tensor(...steps)]));
  const epochs = (...steps) => Object.fromEntries(["epoch", "step", "train_loss", "train_accuracy",
    "validation_loss", "validation_accuracy"].map((name) => [`epochs.${name}`, tensor(...steps)]));
  const told = { kind: "story", run: "a", state: "", words: "", lines: [], begin: null };
  const look = (step) => ({ facts: { kind: "look", step, layers: [{ name: "c", activations: 1 }],
    parameters: [{ name: "c.weight", weights: 1, ratio: 0.1 }] },
    arrays: { "activations.c": tensor(1), "weights.c.weight": tensor(1) } });
  let story = emptyStory();
  const tell = (facts, arrays = {}) => void (story = toldBy(story, { facts, arrays }));
  const begin = (step, arrays) => tell({ kind: "begin", step, epochs: 1, batch_count: 9 }, arrays);
  tell(told, { ...rows(), ...epochs() });
  begin(0, { ...rows(), ...epochs() });
  const before = { kind: "steps", step: 5, epoch: 1, rate: 1 };
  tell(before, rows(1, 2, 3, 4, 5));
  for (const step of [1, 3, 5]) tell(look(step).facts, look(step).arrays);
"""
SHOWN = """
  console.log(JSON.stringify([story.step, story.steps.step, story.epochs.step,
    story.look?.facts.step, story.ratios["c.weight"].step,
    story.histograms["activations.c"].map(({ step }) => step)]));
"""


def test_a_run_that_goes_on_from_its_checkpoint_forgets_what_came_after(tmp_path):
    """It was killed after step 5, and goes on from the checkpoint of step 3."""
    resumed = """
      tell(told, { ...rows(), ...epochs() });
      begin(3, { ...rows(1, 2, 3), ...epochs(3) });
    """
    found = node.run("views/train/story.js", HISTORIES + resumed + SHOWN, tmp_path)
    assert found == [3, [1, 2, 3], [3], None, [1, 3], [1, 3]]
    again = "tell({ ...before, step: 4 }, rows(4)); tell(look(4).facts, look(4).arrays);"
    found = node.run("views/train/story.js", HISTORIES + resumed + again + SHOWN, tmp_path)
    assert found == [4, [1, 2, 3, 4], [3], 4, [1, 3, 4], [1, 3, 4]]


def test_a_page_that_lost_the_server_keeps_its_looks(tmp_path):
    back = """
      tell({ ...told, begin: story.begin, step: 6 }, { ...rows(1, 2, 3, 4, 5, 6), ...epochs() });
    """
    found = node.run("views/train/story.js", HISTORIES + back + SHOWN, tmp_path)
    assert found == [6, [1, 2, 3, 4, 5, 6], [], 5, [1, 3, 5], [1, 3, 5]]


def test_without_a_clipboard_the_text_is_selected(tmp_path):
    """Over plain HTTP a browser gives a page none; and one that is there may refuse."""
    asked = """
      const said = [], shown = { textContent: "badak train" };
      globalThis.getSelection = () => ({ selectAllChildren: (part) => said.push(part) });
      for (const clipboard of [undefined, { writeText: () => Promise.reject() },
        { writeText: async (text) => void said.push(text) }]) {
        const value = { clipboard };
        Object.defineProperty(globalThis, "navigator", { value, configurable: true });
        await copyText(shown.textContent, shown, (words) => said.push(words));
      }
      console.log(JSON.stringify(said));
    """
    found = node.run("parts/copied.js", asked, tmp_path)
    selected = [{"textContent": "badak train"}, "The text is selected: copy it with your keyboard."]
    assert found == [*selected * 2, "badak train", "Copied."]


def test_what_is_seldom_chosen_is_asked_for_too(tmp_path):
    more = {"label_smoothing": "0", "ema": "0,99", "early_stopping": "3", "balance": "1"}
    state = json.dumps({**more, "class_weight": "balanced"})
    options = json.dumps({"datasets": [{"name": "digits"}], "models": [], "layers": ""})
    asked = f"console.log(JSON.stringify(trainForm({{ state: {state} }}, {options}).choices()));"
    numbers = {"label_smoothing": 0, "ema": 0.99, "early_stopping": 3}
    assert node.run("views/train/form.js", asked, tmp_path) == {
        "dataset": "digits", "class_weight": "balanced", "balance": True, **numbers
    }  # fmt: skip
