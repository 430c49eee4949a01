/** What content is, as far as that tells how it compresses. */
export type ContentKind =
  | 'sql-dump'
  | 'json'
  | 'table'
  | 'log'
  | 'source'
  | 'markup'
  | 'text'
  | 'database'
  | 'executable'
  | 'image'
  | 'audio'
  | 'video'
  | 'document'
  | 'packed'
  | 'tar'
  | 'columnar'
  | 'model'
  | 'random'
  | 'binary';

/** A kind, and the format by its usual short name. */
export interface Content {
  readonly kind: ContentKind;
  readonly format: string;
}
