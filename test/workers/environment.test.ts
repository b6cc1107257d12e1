import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packagePath } from '../../lab/package-path';
import { misspelledVariables, variables } from '../../workers/environment';
import { readWorkerSettings } from '../../workers/options';

const names = variables().map(({ name }) => name);

test('every variable says what it does, and none is read that is not among them', () => {
  expect(variables().filter(({ meaning }) => meaning === '')).toEqual([]);
  const read = ['workers', 'activities', 'client', 'kit', 'doctor']
    .flatMap(sources)
    .flatMap((text) => [...text.matchAll(/env(?:\.|\[')(DROVER_[A-Z_]+)/g)].map(([, name]) => name));
  expect(read.filter((name) => !names.includes(name ?? ''))).toEqual([]);
});

function sources(folder: string): string[] {
  return readdirSync(packagePath(folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => readFileSync(join(packagePath(folder), path), 'utf8'));
}

test('shows a default as an operator would write it', () => {
  const fallbackOf = (wanted: string) => variables().find(({ name }) => name === wanted)?.fallback;
  expect(fallbackOf('DROVER_WAIT_SLOTS')).toBe('200');
  expect(fallbackOf('DROVER_CDI_NAMESPACE')).toBe('cdi');
  expect(fallbackOf('DROVER_TARGET_NAMESPACES')).toBeNull();
  expect(fallbackOf('DROVER_HEALTH')).toBeNull();
});

test('names every value that can not be meant, at once', () => {
  const env = { DROVER_WAIT_SLOTS: 'many', DROVER_CDI_NAMESPACE: 'a/b', DROVER_LOG_LEVEL: 'loud' };
  expect(() => readWorkerSettings(env)).toThrow(/DROVER_WAIT_SLOTS.*DROVER_CDI_NAMESPACE.*DROVER_LOG_LEVEL/);
});

test('says which variable was meant where a name has a slip, and leaves those of others alone', () => {
  const env = {
    DROVER_ALOWED_IMAGES: 'registry.example.com/*',
    DROVER_HEALTHZ: '0.0.0.0:1',
    DROVER_WAIT_SLOTS: '5',
    DROVER_SERVICE_HOST: '10.0.0.1',
    DROVER_PORT_443_TCP_ADDR: '10.0.0.1',
    DROVER_KUBECONFIG: '/etc/kubeconfig',
    DROVER_USER: '1000:1000',
    DROVER_LAB_KUBECONFIG: '/tmp/k',
  };
  expect(misspelledVariables(env)).toEqual([
    'DROVER_ALOWED_IMAGES is not read; did you mean DROVER_ALLOWED_IMAGES?',
    'DROVER_HEALTHZ is not read; did you mean DROVER_HEALTH?',
  ]);
});
