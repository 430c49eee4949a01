import type { Inspection } from '../contract.ts';
import { inspectTemplate } from '../gguf/template.ts';
import { itemsOf, type JsonNode, member, textOf } from '../json/json-node.ts';
import { parseJson } from '../json/parse-json.ts';
import { quoted } from '../quoted.ts';
import type { ByteSource } from '../source/byte-source.ts';
import { streamOf } from '../source/stream-of.ts';

/** What libraries keep beside weights as JSON: settings and vocabularies. */
const settings: ReadonlySet<string> = new Set([
  'added_tokens.json',
  'adapter_config.json',
  'config.json',
  'generation_config.json',
  'preprocessor_config.json',
  'processor_config.json',
  'special_tokens_map.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'vocab.json',
]);

/** Texts that nothing runs. */
const texts =
  /^(?:readme(?:\.(?:md|txt))?|licen[cs]e(?:\.(?:md|txt))?|notice(?:\.txt)?|vocab\.txt|merges\.txt|\.gitattributes)$/i;

const TEMPLATE = 'chat_template.jinja';

/** Whether a file is one that is expected beside any model, by its path. */
export function isCompanion(path: string): boolean {
  return settings.has(path) || texts.test(path) || path === TEMPLATE;
}

/**
 * Looks at a file beside a model: JSON that names no code, texts, and chat templates that only write text.
 *
 * @throws {StructureError} For JSON that is none.
 */
export async function inspectCompanion(path: string, source: ByteSource, inspection: Inspection): Promise<void> {
  const { held } = inspection.limits;
  if (settings.has(path)) {
    if (source.size > held) return inspection.find('LIMIT_EXCEEDED', `Expected at most ${held} bytes`, 0);
    const node = parseJson(await source.read(0, source.size), { inspection, offset: 0 });
    inspectSettings(node, inspection);
  } else if (!(await isText(source))) {
    inspection.find('FOLDER_OTHER_FILE', 'Expected text, got other bytes', 0);
  } else if (path === TEMPLATE) {
    if (source.size > held) return inspection.find('LIMIT_EXCEEDED', `Expected at most ${held} bytes`, 0);
    inspectTemplate(Buffer.from(await source.read(0, source.size)).toString(), { inspection, offset: 0 });
  }
}

/** `auto_map` names classes in Python files, which a loader that trusts the folder runs. Templates are texts, or lists of them with names. */
function inspectSettings(node: JsonNode, inspection: Inspection): void {
  const map = member(node, 'auto_map');
  if (map !== undefined)
    inspection.find('FOLDER_AUTO_MAP', `Expected settings, got names of code to run (${quoted('auto_map')})`, map.at);
  const template = member(node, 'chat_template');
  for (const each of template?.kind === 'array'
    ? itemsOf(template).map((item) => member(item, 'template'))
    : [template]) {
    const text = textOf(each);
    if (text !== undefined && each !== undefined) inspectTemplate(text, { inspection, offset: each.at });
  }
}

/** Whether all of a file is UTF-8 without control characters. */
export async function isText(source: ByteSource): Promise<boolean> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    for await (const piece of streamOf(source, 0, source.size))
      if (!isPlain(decoder.decode(piece, { stream: true }))) return false;
    decoder.decode();
    return true;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}

function isPlain(text: string): boolean {
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  return !/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/.test(text);
}
