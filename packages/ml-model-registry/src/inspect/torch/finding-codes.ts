import type { Severity } from '../severity.ts';

/** Findings of PyTorch's files. */
export type TorchFindingCode = 'TORCH_OTHER_MEMBER' | 'TORCHSCRIPT_CODE' | 'TORCHSCRIPT_OPERATOR' | 'TORCHSCRIPT_FILES';

/** How bad they are. */
export const torchSeverities: Readonly<Record<TorchFindingCode, Severity>> = {
  TORCH_OTHER_MEMBER: 'suspicious',
  TORCHSCRIPT_CODE: 'note',
  TORCHSCRIPT_OPERATOR: 'suspicious',
  TORCHSCRIPT_FILES: 'malicious',
};
