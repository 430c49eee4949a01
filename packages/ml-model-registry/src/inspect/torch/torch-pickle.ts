import { countParameters } from '../count-parameters.ts';
import type { Inspection } from '../contract.ts';
import { type PickleResult, runPickle } from '../pickle/run-pickle.ts';
import type { Names } from '../pickle/judge.ts';
import type { Storage } from '../pickle/values.ts';
import type { Cursor } from '../source/cursor.ts';
import { Storages } from './storages.ts';
import { type PickledTensor, tensorsIn } from './tensors.ts';

/** What a pickle of PyTorch describes; the numbers themselves are beside it. */
export interface TorchPickle {
  readonly tensors: readonly PickledTensor[];
  /** In the order in which it names them. */
  readonly storages: readonly Storage[];
  readonly parameters: number;
  readonly protocol: number;
}

/**
 * Walks over one pickle whose ids stand for storages: `data.pkl` of a zip, or the fourth pickle of a file before 1.6. `names` are harmless beside those of the list. The caller sees to the storages:
 * each has `count` numbers of its type.
 *
 * @throws {StructureError}
 */
export async function readTorchPickle(cursor: Cursor, inspection: Inspection, names?: Names): Promise<TorchPickle> {
  const storages = new Storages();
  const result = await runPickle(cursor, { inspection, names, persistent: (id) => storages.resolve(id) });
  return described(result, storages, inspection);
}

function described(result: PickleResult, storages: Storages, inspection: Inspection): TorchPickle {
  const tensors = tensorsIn(result.root, inspection);
  const parameters = countParameters(tensors);
  return { tensors, storages: storages.all, parameters, protocol: result.protocol };
}
