import type { ZipLimits } from '@x/integrity/archive';

/** What an artefact may have at most. */
export interface ArtifactLimits extends ZipLimits {}
