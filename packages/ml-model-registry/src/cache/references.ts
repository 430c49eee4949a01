import type { Clock } from '../clock.ts';
import { ModelError } from '../errors.ts';
import type { ModelRegistry } from '../registry/contract.ts';
import type { ModelVersion } from '../versions/version.ts';

interface Known {
  readonly version: ModelVersion;
  /** When it was asked for. */
  readonly at: number;
}

/** What references mean, remembered for a while; versions themselves never change, but may be deleted. */
export class References {
  readonly #registry: Pick<ModelRegistry, 'get'>;
  readonly #options: { readonly aliasesFor: number; readonly clock: Clock };
  readonly #known = new Map<string, Known>();

  constructor(registry: Pick<ModelRegistry, 'get'>, options: { readonly aliasesFor: number; readonly clock: Clock }) {
    this.#registry = registry;
    this.#options = options;
  }

  async resolve(text: string): Promise<ModelVersion> {
    const { aliasesFor, clock } = this.#options;
    const known = this.#known.get(text);
    const now = clock();
    if (known !== undefined && now - known.at < aliasesFor) return known.version;
    const [model = '', reference = 'latest', ...more] = text.split('@');
    if (model === '' || reference === '' || more.length > 0) {
      throw new ModelError('INVALID_INPUT', `Expected a model such as price@prod, got ${JSON.stringify(text)}`);
    }
    const version = await this.#registry.get(model, reference);
    this.#known.set(text, { version, at: now });
    return version;
  }

  forget(model: string | undefined): void {
    for (const text of this.#known.keys()) {
      if (model === undefined || text === model || text.startsWith(`${model}@`)) this.#known.delete(text);
    }
  }
}
