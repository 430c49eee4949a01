import type { Severity } from '../severity.ts';

/** Findings in HDF5 files. */
export type Hdf5FindingCode = 'HDF5_OTHER_FILES' | 'HDF5_CHECKSUM' | 'HDF5_FILTER' | 'HDF5_OVERLAP';

/** How bad each is. */
export const hdf5Severities: Readonly<Record<Hdf5FindingCode, Severity>> = {
  HDF5_OTHER_FILES: 'malicious',
  HDF5_CHECKSUM: 'suspicious',
  HDF5_FILTER: 'unknown',
  HDF5_OVERLAP: 'suspicious',
};
