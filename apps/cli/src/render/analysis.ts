import type { Analysis, DumpCheck } from '@x/backup-store/analyze';
import { formatBytes, formatCount, formatNumberOf } from './bytes.ts';
import { tableLines } from './table.ts';
import { displayText } from './text.ts';
import { formatDuration } from './time.ts';

const right = (title: string): { readonly title: string; readonly align: 'right' } => ({ title, align: 'right' });

function kindRows({ kinds, bytes }: Analysis): readonly (readonly string[])[] {
  return kinds.map(({ kind, formats, bytes: own, entropy, ratios }) => [
    kind,
    formatBytes(own),
    `${Math.round((100 * own) / Math.max(1, bytes))} %`,
    entropy.toFixed(2),
    ratios.fast.toFixed(2),
    ratios.balanced.toFixed(2),
    ratios.maximum.toFixed(2),
    formats.join(' '),
  ]);
}

function profileRows({ profiles, recommended }: Analysis): readonly (readonly string[])[] {
  return profiles.map(({ profile, bytesStored, ratio, processorSeconds, seconds, fits }) => [
    profile,
    formatBytes(bytesStored),
    ratio.toFixed(2),
    formatDuration(processorSeconds * 1000),
    formatDuration(seconds * 1000),
    [profile === recommended.profile ? 'recommended' : '', fits === false ? 'does not fit' : '']
      .filter((remark) => remark !== '')
      .join(', '),
  ]);
}

/** Lines that say what is there, what each profile would come to, and which is recommended. */
export function analysisLines(analysis: Analysis): readonly string[] {
  const { path, files, bytes, sample, complete, recommended, reasons, workers } = analysis;
  const share = bytes === 0 ? 100 : (100 * sample.bytes) / bytes;
  const lines = [
    `${displayText(path)}: ${formatNumberOf(files, 'file')}, ${formatBytes(bytes)}; ` +
      `${formatBytes(sample.bytes)} tried (${share < 9.95 ? share.toFixed(1) : Math.round(share)} %)`,
  ];
  if (!complete) lines.push(`  only the first ${formatCount(files)} files were looked at; all of this is about these`);
  if (analysis.kinds.length > 0) {
    const kinds = [
      { title: 'KIND' },
      ...['SIZE', 'SHARE', 'ENTROPY', 'FAST', 'BALANCED', 'MAXIMUM'].map(right),
      { title: 'FORMATS' },
    ];
    lines.push('', ...tableLines(kinds, kindRows(analysis)));
    const profiles = [
      { title: 'PROFILE' },
      ...['STORED', 'RATIO', 'PROCESSOR', `${workers} WORKER${workers === 1 ? '' : 'S'}`].map(right),
      { title: '' },
    ];
    lines.push('', ...tableLines(profiles, profileRows(analysis)));
  }
  return [...lines, '', ...reasons, `recommended: ${recommended.profile}. ${recommended.reason}`];
}

/** The line that says how a file was found. */
export function checkLine({ path, verdict, detail }: DumpCheck, color: (text: string) => string): string {
  return `${color(verdict)} ${displayText(path)}: ${displayText(detail)}`;
}
