// Model files by the endings of their names.

export const MODEL_ENDINGS = [".onnx", ".safetensors", ".pth", ".pt"]; // those that can be opened
const KERAS_ENDINGS = [".h5", ".keras"];

/** Whether a file may hold a model that can be opened. @param {{ name?: string }} file */
export const isModelFile = (file) => endsIn(file, MODEL_ENDINGS);

/** Whether a file is a model's, of any kind. @param {{ name?: string }} file */
export const isAnyModel = (file) => endsIn(file, [...MODEL_ENDINGS, ...KERAS_ENDINGS]);

/** @param {{ name?: string }} file @param {string[]} endings */
function endsIn({ name = "" }, endings) {
  return endings.some((ending) => name.toLowerCase().endsWith(ending));
}
