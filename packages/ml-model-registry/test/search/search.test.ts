import { describe, expect, it } from 'vitest';
import { searchVersions } from '../../src/search/search-versions.ts';
import type { ModelQuery } from '../../src/search/model-query.ts';
import { parentOf, versionOf } from '../support/version.ts';

const inspection = versionOf('x@1.0.0').inspection;
const versions = [
  versionOf('price@1.0.0', {
    metrics: { rmse: 0.4, accuracy: 0.5 },
    params: { epochs: 10, optimizer: 'adam', dropout: true },
    tags: ['nightly'],
    dataset: { name: 'sales', digest: 'sha256:aa' },
    addedAt: 1,
  }),
  versionOf('price@1.1.0', {
    metrics: { rmse: 0.2 },
    params: { epochs: 20, optimizer: 'sgd' },
    code: { commit: 'abcdef1234567890' },
    parents: [parentOf('price@1.0.0')],
    description: 'With holidays',
    addedAt: 2,
  }),
  versionOf('rank@1.0.0', {
    metrics: { rmse: -1 },
    inspection: { ...inspection, format: 'keras', verdict: 'unknown', framework: { name: 'keras' } },
    parents: [parentOf('price@1.0.0')],
    addedAt: 3,
  }),
];

const ids = (query: ModelQuery): readonly string[] =>
  searchVersions(versions, query).map(({ model, version }) => `${model}@${version}`);

describe('search', () => {
  it.each<[ModelQuery, readonly string[]]>([
    [{}, ['rank@1.0.0', 'price@1.1.0', 'price@1.0.0']],
    [{ metrics: ['rmse<0.3'] }, ['rank@1.0.0', 'price@1.1.0']],
    [{ metrics: ['rmse < 0.3', 'rmse>=0'] }, ['price@1.1.0']],
    [{ metrics: ['accuracy!=0.9'] }, ['price@1.0.0']],
    [{ params: ['epochs<=10'] }, ['price@1.0.0']],
    [{ params: ['optimizer=adam', 'dropout==true'] }, ['price@1.0.0']],
    [{ params: ['optimizer!=adam'] }, ['price@1.1.0']],
    [{ params: ['optimizer<z'] }, []],
    [{ metrics: ['toString=1'] }, []],
    [{ tags: ['nightly'] }, ['price@1.0.0']],
    [{ framework: 'Keras' }, ['rank@1.0.0']],
    [{ format: 'safetensors', limit: 1 }, ['price@1.1.0']],
    [{ verdict: 'unknown' }, ['rank@1.0.0']],
    [{ dataset: 'sha256:aa' }, ['price@1.0.0']],
    [{ dataset: 'sales' }, ['price@1.0.0']],
    [{ commit: 'abcdef1' }, ['price@1.1.0']],
    [{ commit: 'abcdef' }, []],
    [{ parent: 'price@1.0.0' }, ['rank@1.0.0', 'price@1.1.0']],
    [{ parent: 'price', model: 'price' }, ['price@1.1.0']],
    [{ text: 'HOLIDAYS price' }, ['price@1.1.0']],
    [{ order: 'rmse' }, ['rank@1.0.0', 'price@1.1.0', 'price@1.0.0']],
    [{ order: '-rmse' }, ['price@1.0.0', 'price@1.1.0', 'rank@1.0.0']],
    [{ order: '-accuracy' }, ['price@1.0.0', 'rank@1.0.0', 'price@1.1.0']],
  ])('%j finds %j', (query, expected) => {
    expect(ids(query)).toEqual(expected);
  });

  it.each<ModelQuery>([{ metrics: ['rmse'] }, { metrics: ['rmse<low'] }, { params: ['=1'] }, { order: '-' }])(
    'refuses %j',
    (query) => {
      expect(() => ids(query)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
    },
  );
});
