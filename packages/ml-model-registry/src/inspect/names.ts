import type { ModelFormat } from './inspection.ts';

/**
 * What files with a name like this hold, if they hold a model. Most files that end in `.json` and `.txt` are none: what no format knows breaks no
 * promise. A name that is not here promises nothing.
 */
const promises: readonly (readonly [ending: string, formats: readonly ModelFormat[]])[] = [
  ['.h5', ['hdf5']],
  ['.hdf5', ['hdf5']],
  ['.keras', ['keras']],
  ['.pkl', ['pickle', 'joblib']],
  ['.pickle', ['pickle', 'joblib']],
  ['.joblib', ['joblib', 'pickle']],
  ['.pt', ['pytorch', 'torchscript', 'pytorch-legacy']],
  ['.pth', ['pytorch', 'torchscript', 'pytorch-legacy']],
  ['.onnx', ['onnx']],
  ['.tflite', ['tflite']],
  ['.pb', ['savedmodel', 'graphdef', 'onnx']],
  ['.ubj', ['xgboost-ubj']],
  ['.json', ['xgboost-json']],
  ['.txt', ['lightgbm']],
  ['.safetensors', ['safetensors']],
  ['.npy', ['npy']],
  ['.npz', ['npz']],
  ['.gguf', ['gguf']],
];

/** The formats that a file's name promises; `undefined` when it promises none. */
export function formatsOfName(name: string): readonly ModelFormat[] | undefined {
  const lower = name.toLowerCase();
  return promises.find(([ending]) => lower.endsWith(ending))?.[1];
}
