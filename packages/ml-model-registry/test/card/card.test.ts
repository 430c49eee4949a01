import { describe, expect, it } from 'vitest';
import { modelCardText } from '../../src/card/card-text.ts';
import { modelCard } from '../../src/card/model-card.ts';
import { parentOf, versionOf } from '../support/version.ts';

const previous = versionOf('price@1.0.0', { metrics: { rmse: 0.5 } });
const version = versionOf('price@1.1.0', {
  description: 'Prices of houses.',
  metrics: { rmse: 0.25, mae: 0.1 },
  params: { epochs: 10 },
  dataset: { name: 'sales|2026', digest: 'sha256:aa' },
  code: { commit: 'abc' },
  parents: [parentOf('price@1.0.0')],
  tags: ['license=MIT'],
});

describe('a model card', () => {
  it('has the usual sections, with what is known and what nobody has said', () => {
    const card = modelCard(version, { aliases: ['prod'], previous, texts: { intendedUse: 'For *valuers*.' } });
    expect(card).toMatchObject({ license: 'MIT', comparedWith: '1.0.0', parents: ['price@1.0.0'] });
    const text = modelCardText(card);
    expect(text.match(/^#+ .*$/gm)).toEqual([
      '# price 1.1.0',
      '## Model details',
      '## Intended use',
      '## Factors',
      '## Metrics',
      '## Evaluation data',
      '## Training data',
      '## Quantitative analyses',
      '## Ethical considerations',
      '## Caveats and recommendations',
    ]);
    expect(text).toContain('For *valuers*.');
    expect(text).toContain('## Factors\n\n_Not said._\n');
    expect(text).toContain('| rmse | 0.25 | 0.5 |\n| mae | 0.1 |  |');
    expect(text).toContain('sales\\|2026, sha256:aa');
    expect(text).toContain('- Version: 1.1.0, prod');
    expect(text).toContain('The inspection of the file says clean.');
  });

  it('takes a description for a quotation, whatever is in it', () => {
    const forged = { ...previous, description: 'Good.\n```\n## Caveats\r<script>x</script>' };
    const text = modelCardText(modelCard(forged, { aliases: [], previous: undefined }));
    expect(text).toContain('\n> Good.\n> ```\n> ## Caveats\n> \\<script>x\\</script>\n\n## Model details\n');
  });

  it('of a first version compares with nothing', () => {
    const text = modelCardText(modelCard(previous, { aliases: [], previous: undefined }));
    expect(text).toContain('| Metric | Value |\n| --- | --- |\n| rmse | 0.5 |');
    expect(text).toContain('- Licence: not said');
  });
});
