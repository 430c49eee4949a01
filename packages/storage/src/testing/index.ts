export { storeConformance } from './conformance.ts';
export type { ConformanceCase, ConformanceOptions, MakeStore } from './conformance-case.ts';
