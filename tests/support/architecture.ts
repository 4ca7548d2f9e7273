/**
 * The import rules of the project, as data, and what is read from a source text to check them. Comments are ignored; strings
 * are not parsed, so a rule errs on the strict side.
 */
export interface Source {
  /** Path below the project's root, with `/`. */
  readonly path: string;
  readonly text: string;
}

export interface Room {
  readonly reason: string;
  /** Rooms, or single files, that may be imported besides the room itself. */
  readonly may: readonly string[];
  readonly packages: readonly string[];
}

/** Who may import whom, downwards only. */
export const ROOMS: Readonly<Record<string, Room>> = {
  model: { reason: 'the nouns stand below everything and import nothing', may: [], packages: [] },
  experiment: {
    reason: 'the document knows the nouns only: it is read before anything is placed or compiled',
    may: ['model'],
    packages: ['valibot', 'fflate'],
  },
  workloads: { reason: 'networks know the nouns only: they know of no core', may: ['model'], packages: [] },
  compiler: {
    reason: 'programs name virtual cores: a compiler that knew of placement would need to run again after each move',
    may: ['model'],
    packages: [],
  },
  hypervisor: { reason: 'placement and tables know nothing of programs', may: ['model'], packages: [] },
  plan: {
    reason: 'joins what is compiled and what is placed; the machine and the views come after it',
    may: ['model', 'experiment', 'workloads', 'compiler', 'hypervisor'],
    packages: [],
  },
  engine: {
    reason:
      'the host side of the machine and of the mapping search: they need the plan as data and the layout of memory, nothing else',
    may: ['model', 'assembly/layout.ts', 'assembly/codes.ts', 'assembly/mapping/layout.ts'],
    packages: [],
  },
  report: {
    reason: 'turns counters into meaning, from copied data only',
    may: ['model', 'engine/snapshot.ts'],
    packages: [],
  },
  worker: {
    reason: 'runs documents for the page, so it may use every room between them but no view',
    may: ['workloads', 'model', 'experiment', 'plan', 'engine', 'report', 'build/kernel.wasm', 'build/mapping.wasm'],
    packages: ['comlink'],
  },
  cli: {
    reason: 'stands on top, beside the page and not above it',
    may: ['model', 'experiment', 'workloads', 'compiler', 'hypervisor', 'plan', 'engine', 'report', 'worker'],
    packages: ['cac', 'playwright-core', 'vite'],
  },
  ui: {
    reason: 'the page sends documents and reads frames and reports: a plan or a layout in it would be a second truth',
    may: [
      'model',
      'experiment',
      'hypervisor',
      'report',
      'worker/client.ts',
      'worker/comparison.ts',
      'worker/curve.ts',
      'worker/measurement.ts',
      'worker/previews.ts',
      'worker/protocol.ts',
      'engine/frame.ts',
      'engine/snapshot.ts',
      'build/kernel.wasm',
    ],
    packages: ['svelte', '@lucide/svelte'],
  },
};

/** Source text without comments; `//` after a colon is taken for an address. */
export const withoutComments = (text: string): string =>
  text
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/<!--[\s\S]*?-->/g, '')
    .replace(/(^|[^:])\/\/.*$/gm, '$1');

const STATIC = [/\b(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]/g, /\bimport\s*['"]([^'"]+)['"]/g];
const LATER = [/\bimport\(\s*['"`]([^'"`]+)['"`]/g, /\bnew URL\(\s*['"]([^'"]+)['"]\s*,\s*import\.meta\.url/g];

function specifiers(text: string, forms: readonly RegExp[]): string[] {
  const code = withoutComments(text);
  return forms.flatMap((form) => [...code.matchAll(form)].map((match) => match[1]));
}

/** What a source needs before its first line runs. */
export const staticImportsOf = (text: string): string[] => specifiers(text, STATIC);

/** Everything a source imports, in any way that a bundler follows. */
export const importsOf = (text: string): string[] => specifiers(text, [...STATIC, ...LATER]);

/** Path below the root (rooms without their `src/`) of a relative import. */
function resolveImport(from: string, specifier: string): string {
  const parts = from.split('/').slice(0, -1);
  for (const part of specifier.replace(/\?.*$/, '').split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.') parts.push(part);
  }
  return parts.join('/').replace(/^src\//, '');
}

const packageOf = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');

const covers = (allowed: string, target: string): boolean => target === allowed || target.startsWith(`${allowed}/`);

/** Imports of one source under src/ that its room does not allow, each with the reason. */
export function forbiddenImports({ path, text }: Source): string[] {
  const name = path.split('/')[1];
  const room = ROOMS[name];
  if (!room) return [`${path}: there is no room "${name}"`];
  return importsOf(text).flatMap((specifier) => {
    if (specifier.startsWith('node:')) {
      return name === 'cli'
        ? []
        : [`${path} imports ${specifier}: Node's modules belong under cli, the rest runs in a browser`];
    }
    if (!specifier.startsWith('.')) {
      const fine = room.packages.includes(packageOf(specifier));
      return fine
        ? []
        : [`${path} imports the package ${specifier}: ${name} uses ${room.packages.join(', ') || 'none'}`];
    }
    const target = resolveImport(path, specifier);
    if ([name, ...room.may].some((allowed) => covers(allowed, target))) return [];
    return [`${path} imports ${target}: ${room.reason}`];
  });
}

export interface Ban {
  readonly pattern: RegExp;
  readonly reason: string;
  readonly where: (path: string) => boolean;
}

const room = (path: string): string => path.split('/')[1] ?? '';
const isSource = (path: string): boolean => path.startsWith('src/');
const BELOW_WORKER = ['model', 'experiment', 'workloads', 'compiler', 'hypervisor', 'plan', 'engine', 'report'];

/** Words that must not stand in a file's code. */
export const BANS: readonly Ban[] = [
  {
    pattern: /\bpostMessage\b/,
    reason: 'messages between threads are the protocol of src/worker',
    where: (path) => isSource(path) && room(path) !== 'worker',
  },
  {
    pattern: /\bMath\.random\b|\bDate\.now\b|\bnew Date\(\s*\)/,
    reason: 'a result follows from the document and its seed alone',
    where: (path) => path.startsWith('assembly/') || (isSource(path) && BELOW_WORKER.includes(room(path))),
  },
  {
    pattern: /\sstyle\s*=\s*["'{]/,
    reason: 'the policy of the page forbids inline styles: use style:property',
    where: (path) => path.endsWith('.svelte') || path.endsWith('.html'),
  },
  {
    pattern: /\{@html\b|\.innerHTML\b/,
    reason: 'nothing from a document or a link is ever HTML',
    where: (path) => path.startsWith('src/ui/'),
  },
];

/** Bans that a source breaks, each with the reason. */
export const brokenBans = ({ path, text }: Source): string[] =>
  BANS.filter(({ where, pattern }) => where(path) && pattern.test(withoutComments(text))).map(
    ({ pattern, reason }) => `${path} matches ${pattern}: ${reason}`,
  );

/** Statements of layout.ts and codes.ts that are not `export const NAME = <integer expression>`. */
export function notConstants(text: string): string[] {
  const form = /^export const [A-Za-z_]\w*\s*(?::\s*[iu]32\s*)?=[\s\w()+*|<]+$/;
  return withoutComments(text)
    .split(';')
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '' && !(form.test(statement) && !/<(?!<)(?<!<<)/.test(statement)));
}
