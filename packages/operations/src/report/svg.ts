import type { Drawing, Shape } from './drawing.ts';
import { escaped } from './escape.ts';

/** A drawing as SVG within a page: it takes its colours from there, and needs nothing from elsewhere. */
export function svgOf({ width, height, title, description, shapes }: Drawing, id: string): string {
  return [
    `<svg viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="${id}t ${id}d">`,
    `<title id="${id}t">${escaped(title)}</title><desc id="${id}d">${escaped(description)}</desc>`,
    ...shapes.map(shapeOf),
    '</svg>',
  ].join('');
}

function shapeOf(shape: Shape): string {
  switch (shape.kind) {
    case 'rect': {
      const { at, width, height, ink, title } = shape;
      return wrapped('rect', `class="f-${ink}" x="${at[0]}" y="${at[1]}" width="${width}" height="${height}"`, title);
    }
    case 'dot': {
      const { at, radius, ink, hollow, title } = shape;
      return wrapped(
        'circle',
        `class="${hollow === true ? 'h' : 'f'}-${ink}" cx="${at[0]}" cy="${at[1]}" r="${radius}"`,
        title,
      );
    }
    case 'line': {
      const points = shape.points.map(([x, y]) => `${x},${y}`).join(' ');
      return `<polyline class="s-${shape.ink}" points="${points}" stroke-width="${shape.width}"/>`;
    }
    case 'text': {
      const { at, text, anchor } = shape;
      return `<text x="${at[0]}" y="${at[1]}" text-anchor="${anchor}">${escaped(text)}</text>`;
    }
  }
}

function wrapped(tag: string, attributes: string, title: string | undefined): string {
  return title === undefined
    ? `<${tag} ${attributes}/>`
    : `<${tag} ${attributes}><title>${escaped(title)}</title></${tag}>`;
}
