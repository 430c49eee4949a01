import type { FormatInspector } from './contract.ts';
import { gguf } from './gguf/gguf.ts';
import { joblib } from './joblib/joblib.ts';
import { pickle } from './pickle/pickle.ts';
import { pytorchLegacy } from './torch/legacy.ts';
import { lightgbm } from './lightgbm/lightgbm.ts';
import { onnx } from './onnx/onnx.ts';
import { safetensors } from './safetensors/safetensors.ts';
import { xgboostJson, xgboostUbj } from './xgboost/xgboost.ts';

/** All formats that are known, those with the surest signs first. */
export const formats: readonly FormatInspector[] = [
  gguf,
  safetensors,
  pytorchLegacy,
  joblib,
  pickle,
  lightgbm,
  xgboostJson,
  xgboostUbj,
  onnx,
];
