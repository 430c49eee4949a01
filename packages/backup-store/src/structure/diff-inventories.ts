import type { StructureChange, StructureInventory, StructurePart } from './contract.ts';

interface Item {
  readonly name: string;
  readonly sha256: string;
  readonly version?: string | undefined;
}

/** Components and languages go by their names, files by their paths. */
function itemsOf(inventory: StructureInventory, part: StructurePart): readonly Item[] {
  if (part === 'components') return inventory.components;
  if (part === 'i18n') return inventory.i18n.map((each) => ({ name: each.locale, sha256: each.sha256 }));
  return inventory[part].map((each) => ({ name: each.path, sha256: each.sha256 }));
}

/** What two inventories differ in, part by part, by name. */
export function diffInventories(before: StructureInventory, after: StructureInventory): readonly StructureChange[] {
  const parts: readonly StructurePart[] = ['components', 'styles', 'i18n', 'migrations'];
  return parts.flatMap((part) => {
    const old = new Map(itemsOf(before, part).map((item) => [item.name, item]));
    const now = new Map(itemsOf(after, part).map((item) => [item.name, item]));
    const names = [...new Set([...old.keys(), ...now.keys()])].toSorted();
    return names.flatMap((name): StructureChange[] => {
      const [a, b] = [old.get(name), now.get(name)];
      if (a?.sha256 === b?.sha256) return [];
      const change = a === undefined ? 'added' : b === undefined ? 'removed' : 'changed';
      return [{ part, change, name, ...versionsOf(a, b) }];
    });
  });
}

const versionsOf = (a: Item | undefined, b: Item | undefined): Pick<StructureChange, 'before' | 'after'> => ({
  ...(a?.version === undefined ? {} : { before: a.version }),
  ...(b?.version === undefined ? {} : { after: b.version }),
});
