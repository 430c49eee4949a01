/** A link definition of Markdown: `[1.2.0]: https://…`. */
export interface Definition {
  /** From 0. */
  readonly line: number;
  readonly label: string;
  readonly address: string;
}

/** The definition in a line, as a list of none or one. Footnotes are none. */
export function definitionIn(text: string, line: number): Definition[] {
  const [, label = '', address = ''] = /^ {0,3}\[([^\]^][^\]]*)\]:[ \t]*<?([^\s<>]+)/.exec(text) ?? [];
  return address === '' ? [] : [{ line, label, address }];
}

/** An address that compares two tags, as GitHub, GitLab, Gitea and others have it. */
export interface Comparison {
  /** Up to the first tag. */
  readonly base: string;
  readonly from: string;
  readonly dots: string;
  readonly to: string;
}

/** Takes an address apart; `undefined` when it compares nothing. Tags are as they are written there. */
export function comparisonIn(address: string): Comparison | undefined {
  const [, base = '', from = '', dots = '', to = ''] = /^(.*?\/compare\/)(.+?)(\.{2,3})([^.].*)$/.exec(address) ?? [];
  return to === '' ? undefined : { base, from, dots, to };
}

/** A tag of `…/releases/tag/v1.0.0` or `…/-/tags/v1.0.0`, and what stands before; `undefined` for other addresses. */
export function taggedIn(address: string): { readonly base: string; readonly tag: string } | undefined {
  const [, base = '', tag = ''] = /^(.*?)\/(?:releases\/tag|tags|src\/tag)\/([^?#]+)$/.exec(address) ?? [];
  return tag === '' ? undefined : { base, tag };
}
