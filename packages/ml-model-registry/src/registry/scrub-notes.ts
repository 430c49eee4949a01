import { noScrubs, type ScrubNotes } from '../scrub/scrub-versions.ts';
import { PREFIX } from './model-prefix.ts';
import { Notebook } from './notebook.ts';
import type { RegistryParts } from './parts.ts';

/** How contents of a model were when they were read last. */
export function scrubNotes({ storage }: Pick<RegistryParts, 'storage'>, model: string): Notebook<ScrubNotes> {
  return new Notebook(storage, `${PREFIX}${model}/scrubs`, noScrubs);
}

/** What a scrub has found wrong with a version, in a sentence. */
export async function knownDamage(
  parts: Pick<RegistryParts, 'storage'>,
  { model, version }: { readonly model: string; readonly version: string },
): Promise<string | undefined> {
  const { versions } = await scrubNotes(parts, model).read();
  return Object.hasOwn(versions, version) ? versions[version]?.damage : undefined;
}
