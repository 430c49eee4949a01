import type { FormatInspector } from './contract.ts';
import { gguf } from './gguf/gguf.ts';
import { joblib } from './joblib/joblib.ts';
import { pickle } from './pickle/pickle.ts';
import { pytorchLegacy } from './torch/legacy.ts';
import { pytorchZip } from './torch/zip.ts';
import { hdf5 } from './hdf5/hdf5.ts';
import { keras } from './keras/keras.ts';
import { lightgbm } from './lightgbm/lightgbm.ts';
import { npy } from './numpy/npy.ts';
import { npz } from './numpy/npz.ts';
import { onnx } from './onnx/onnx.ts';
import { safetensors } from './safetensors/safetensors.ts';
import { xgboostJson, xgboostUbj } from './xgboost/xgboost.ts';
import { graphDef } from './tensorflow/graph-def.ts';
import { savedModel } from './tensorflow/saved-model.ts';
import { tflite } from './tflite/tflite.ts';
import { otherArchive } from './zip/other-archive.ts';

/** All formats that are known, those with the surest signs first. */
export const formats: readonly FormatInspector[] = [
  gguf,
  safetensors,
  pytorchLegacy,
  pytorchZip,
  joblib,
  pickle,
  npy,
  npz,
  hdf5,
  keras,
  otherArchive,
  lightgbm,
  xgboostJson,
  xgboostUbj,
  tflite,
  savedModel,
  graphDef,
  onnx,
];
