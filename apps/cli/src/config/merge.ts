import type { Field } from './field.ts';
import { FIELDS, type SettingName, type Settings } from './fields.ts';
import { defaultKeyFile, resolveLocation, resolvePath, type Environment } from './locations.ts';

/** Where a value came from. */
export interface Origin {
  readonly kind: 'flag' | 'environment' | 'file' | 'default' | 'unset';
  /** The flag, the variable, or the path of the file. */
  readonly name?: string | undefined;
}

/** What is merged. */
export interface Layers {
  /** Options as the argument parser keeps them, by name in camel case. */
  readonly flags: Readonly<Record<string, unknown>>;
  readonly env: Environment;
  /** The configuration file, validated. */
  readonly file?: { readonly path: string; readonly directory: string; readonly content: unknown } | undefined;
  readonly workingDirectory: string;
}

/** The settings in force and the origin of each. */
export interface Effective {
  /** The configuration file that was read. */
  readonly file?: string | undefined;
  readonly settings: Settings;
  readonly origins: Readonly<Record<SettingName, Origin>>;
}

interface Found {
  readonly value: unknown;
  readonly origin: Origin;
  /** What relative paths are relative to. */
  readonly base: string;
}

function inFile(content: unknown, name: string): unknown {
  let value = content;
  for (const part of name.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string, unknown>)[part];
  }
  return value;
}

function find(field: Field<SettingName>, layers: Layers): Found {
  const base = layers.workingDirectory;
  const flag = field.option === undefined ? undefined : layers.flags[field.option];
  if (flag !== undefined) return { value: flag, origin: { kind: 'flag', name: field.flag }, base };
  // An empty variable is how shells and CI systems spell "not set".
  const variable = field.variable === undefined ? undefined : layers.env[field.variable] || undefined;
  if (variable !== undefined) return { value: variable, origin: { kind: 'environment', name: field.variable }, base };
  const { file } = layers;
  const value = file === undefined || field.file === false ? undefined : inFile(file.content, field.name);
  if (file !== undefined && value !== undefined) {
    return { value, origin: { kind: 'file', name: file.path }, base: file.directory };
  }
  return { value: field.default, origin: { kind: field.default === undefined ? 'unset' : 'default' }, base };
}

function resolved(field: Field<SettingName>, found: Found): unknown {
  const { value, base } = found;
  // `-` is standard input.
  if (typeof value === 'string' && field.type === 'path') return value === '-' ? value : resolvePath(value, base);
  if (typeof value === 'string' && field.type === 'location') return resolveLocation(value, base);
  if (Array.isArray(value) && field.type === 'paths') return value.map((path) => resolvePath(String(path), base));
  return value;
}

/** Merges the layers: flag > environment > file > default. Pure. */
export function mergeSettings(layers: Layers): Effective {
  const settings: Record<string, unknown> = {};
  const origins: Record<string, Origin> = {};
  for (const field of FIELDS) {
    const found = find(field, layers);
    settings[field.name] = resolved(field, found);
    origins[field.name] = found.origin;
  }
  const { repository, keyFile } = settings;
  if (keyFile === undefined && typeof repository === 'string') {
    settings['keyFile'] = defaultKeyFile(repository, layers.env);
    origins['keyFile'] = { kind: 'default' };
  }
  return {
    file: layers.file?.path,
    settings: settings as unknown as Settings,
    origins: origins as Record<SettingName, Origin>,
  };
}
