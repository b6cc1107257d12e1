import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TEMPORAL_CLI_VERSION } from '../../lab/binaries';
import { downloadTemporal } from '../../lab/temporal-download';

test('a network that swallows every question is given up on, and nothing is left', async () => {
  const home = mkdtempSync(join(tmpdir(), 'drover-temporal-'));
  // The SDK goes by a proxy where the environment names one: this one takes connections and never answers.
  const silent = createServer(() => undefined);
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const former = process.env['HTTPS_PROXY'];
  process.env['HTTPS_PROXY'] = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
  const said: string[] = [];
  try {
    const folder = join(home, 'temporal');
    const options = {
      log: (line: string) => void said.push(line),
      patience: { begin: 3_000, whole: 60_000 },
    };
    expect(await downloadTemporal(folder, TEMPORAL_CLI_VERSION, options)).toBe(false);
    expect(said.at(-1)).toBe('temporal could not be downloaded, and is built instead: no answer within 3 s');
    expect(existsSync(folder)).toBe(false);
    expect(readdirSync(home)).toEqual([]);
  } finally {
    if (former === undefined) delete process.env['HTTPS_PROXY'];
    else process.env['HTTPS_PROXY'] = former;
    silent.close();
    rmSync(home, { recursive: true, force: true });
  }
});
