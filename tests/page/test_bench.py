"""What the view Filters asks for is of the network that the page looks at."""

import node

CODE = """
const asked = [];
const layer = { name: "conv1", parameter: "conv1.weight", shape: [2, 1, 3, 3], source: "", channels: 1 };
const engine = { async ask(question, { network, edits }) {
  asked.push([question, network, edits?.length ?? 0]);
  if (question === "filter_layers") return { facts: { layers: [layer] }, arrays: {} };
  return { facts: { scale: 1 }, arrays: { weight: { shape: [2, 1, 3, 3], data: new Float32Array(18) } } };
} };
const edits = [{ parameter: "conv1.weight", index: [0, 0, 0, 0], value: 1 }];
await new Bench({ engine, network: "run/second", state: {}, edits }).load();
console.log(JSON.stringify(asked));
"""  # noqa: E501


def test_filters_are_those_of_the_network_looked_at_without_its_edits(tmp_path):
    asked = node.run("views/filters/bench.js", CODE, tmp_path)
    assert asked == [["filter_layers", "run/second", 0], ["filters", "run/second", 0]]
