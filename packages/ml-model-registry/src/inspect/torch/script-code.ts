import type { Inspection } from '../contract.ts';

/** Operators that come with PyTorch and its own vision and audio packages. */
const known = new Set([
  'aten',
  'prim',
  'prims',
  'quantized',
  'torchvision',
  'torchaudio',
  '_c10d_functional',
  'profiler',
  'mkldnn_prepacked',
  'prepacked',
  'sparse',
  'static',
  'cuda',
  'onednn',
]);

/** Functions of PyTorch that read or write files. */
const files = /\b(?:torch|aten|ops\.aten)\.(?:save|load|from_file|_load_from_file)\b|\b(?:torch\.)?classes\.[\w.]+/g;

const operators = /\bops\.(\w+)\.\w+/g;

/**
 * Looks at code of TorchScript, a small Python that PyTorch runs itself when the model is used: it has no imports, and reaches files only by a few
 * functions, and other programs only by operators that somebody added to PyTorch.
 */
export function inspectScript(code: string, inspection: Inspection): void {
  inspection.find(
    'TORCHSCRIPT_CODE',
    'Expected numbers alone, got code of TorchScript, which runs when the model is used',
    0,
  );
  for (const { 0: found, index } of code.matchAll(files)) {
    inspection.step(1, index);
    if (found.includes('classes.'))
      inspection.find('TORCHSCRIPT_OPERATOR', `Expected what comes with PyTorch, got ${found}`, index);
    else
      inspection.find(
        'TORCHSCRIPT_FILES',
        `Expected code that only computes, got ${found}, which reads or writes files`,
        index,
      );
  }
  for (const { 0: found, 1: namespace = '', index } of code.matchAll(operators)) {
    inspection.step(1, index);
    if (!known.has(namespace))
      inspection.find('TORCHSCRIPT_OPERATOR', `Expected operators that come with PyTorch, got ${found}`, index);
  }
}
