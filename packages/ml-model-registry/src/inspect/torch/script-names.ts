import type { Rule } from '../pickle/values.ts';

/** Functions of TorchScript's own pickles: lists of one type, and what a value's type is. */
const builders =
  /^(?:build_intlist|build_tensorlist|build_doublelist|build_boollist|build_tensor_from_id|restore_type_tag)$/;

/**
 * Names of TorchScript's pickles beside those of the list: classes whose code is in the archive. TorchScript looks for them nowhere else, and what they
 * do is in `code/`.
 */
export function scriptNames(module: string, name: string): Rule | undefined {
  if (/^__torch__(?:\.\w+)*$/.test(module) && /^\w+$/.test(name)) return { data: true };
  return module === 'torch.jit._pickle' && builders.test(name) ? { call: true } : undefined;
}
