import { guideText } from './guide.ts';
import { referenceText } from './reference.ts';
import { configSchemaText, outputSchemaText } from './schemas.ts';

/** Files that are generated, by their path from `apps/cli`. */
export const GENERATED: Readonly<Record<string, () => string>> = {
  'schema/holdfast.config.schema.json': configSchemaText,
  'schema/output.schema.json': outputSchemaText,
  '../../docs/cli.md': referenceText,
  '../../docs/guides/ci.md': guideText,
};
