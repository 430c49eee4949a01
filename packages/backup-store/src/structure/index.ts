/**
 * What the tenants of a product share - components, styles, languages, migrations - in versions of its own.
 *
 * @module
 */
export type * from './contract.ts';
export { openStructure } from './open-structure.ts';
export { diffInventories } from './diff-inventories.ts';
export { compareVersions, planStructureVersion } from './plan-version.ts';
export { majorVersionOf } from './snapshot-version.ts';
export { takeInventory } from './take-inventory.ts';
