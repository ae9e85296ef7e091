/** How the files are called that models come in. */
const MODEL = "gguf";
/** Several models in one file, as an agency hands them on. */
const BUNDLE = "naratmal-models";

export const MODEL_EXTENSIONS: readonly string[] = [MODEL, BUNDLE];

export const isBundle = (path: string): boolean => path.toLowerCase().endsWith(`.${BUNDLE}`);

export const isModelFile = (path: string): boolean => isBundle(path) || path.toLowerCase().endsWith(`.${MODEL}`);
