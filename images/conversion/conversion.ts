/**
 * One attempt at converting a guest, whatever an earlier attempt left.
 *
 * virt-v2v-in-place writes to overlays, never to the disks. Until they are complete an attempt may die at any
 * instant, and the next attempt starts from the beginning. After the first commit, the next attempt only commits the rest.
 * So a disk is unchanged since the copy, or converted, or the journal says that its commit is under way.
 */
import { existsSync, readFileSync } from 'node:fs';
import { probeAccelerator, type Accelerator } from './accelerator';
import { findBootDisk } from './boot-disk';
import { commitAll } from './commit';
import { customizeGuest, scriptsFor } from './customize';
import { runConverter, type ConverterEnd } from './converter';
import { readDisks, type Disk } from './disks';
import { freeBytes, RESERVE_BYTES, watchFreeSpace } from './free-space';
import { guestKeys, keyArguments } from './guest-keys';
import type { Firmware } from './inspection';
import { Journal } from './journal';
import { isOutOfSpace, NotConverted, scratchFull, stopped } from './not-converted';
import { keepCardNames, openWarning } from './network/keep-card-names';
import { type KeptNetwork, readKeptNetwork } from './network/kept-network';
import { macArguments } from './network/mac-arguments';
import { makeOverlays, openedBy, syncOverlays } from './overlays';
import { NOTHING_FOUND, type ConversionReport, type Findings } from './report';
import type { Settings } from './settings';
import { missingDriver, reasonOf } from './unconvertible';

/** Where an attempt reports its progress. */
export interface Audience {
  onStage(stage: string, accelerator: Accelerator | null): void;
  /** What a tool printed, word for word. */
  onLine(line: string): void;
}

/** Never rejects: an attempt that fails is a report too. `stopping` is heeded until the first commit. */
export async function convertGuest(
  settings: Settings,
  stopping: AbortSignal,
  audience: Audience,
): Promise<ConversionReport> {
  const attempt = new Attempt(settings, stopping, audience);
  try {
    const findings = await attempt.run();
    return { stage: attempt.stage, converted: true, disks: 'converted', ...findings };
  } catch (error) {
    const { reason, message, disks } = attempt.explain(error);
    const known = { ...NOTHING_FOUND, accelerator: attempt.accelerator };
    return { stage: attempt.stage, converted: false, disks, ...known, error: message, reason };
  }
}

class Attempt {
  stage: string | null = null;
  accelerator: Accelerator | null = null;
  private committing = false;
  private readonly journal: Journal;

  constructor(
    private readonly settings: Settings,
    private readonly stopping: AbortSignal,
    private readonly audience: Audience,
  ) {
    this.journal = new Journal(settings.scratch, settings.id);
  }

  async run(): Promise<Findings> {
    const disks = readDisks(this.settings.disksFile);
    const found = this.journal.read();
    switch (found.state) {
      case 'unusable':
        throw new NotConverted('scratchLost', found.why, 'unknown');
      case 'absent':
        if (this.settings.resume) throw new NotConverted('scratchLost', 'the journal is gone', 'unknown');
        this.journal.converting();
        return this.fromTheBeginning(disks);
      case 'converting':
        return this.fromTheBeginning(disks);
      case 'committing':
        requireOverlays(disks.filter(({ index }) => !found.committed.includes(index)));
        return this.commit(disks, found.findings, found.committed);
      case 'converted':
        return found.findings;
    }
  }

  explain(error: unknown): NotConverted {
    if (error instanceof NotConverted) return error;
    const message = error instanceof Error ? error.message : String(error);
    if (this.committing) return new NotConverted('failed', message, 'unknown');
    return new NotConverted(isOutOfSpace(error) ? 'scratchFull' : 'failed', message);
  }

  private async fromTheBeginning(disks: Disk[]): Promise<Findings> {
    await makeOverlays(disks);
    if (freeBytes(this.settings.scratch) < RESERVE_BYTES) throw scratchFull();
    this.enter('Probing for KVM');
    this.accelerator = await probeAccelerator(this.stopping, (line) => this.audience.onLine(line));
    const kept = readKeptNetwork(this.settings.networkFile);
    const warnings = await this.keepCardNames(kept, disks);
    const end = await this.convertOverlays(this.accelerator, kept);
    const findings = this.findings(end, this.accelerator, disks);
    await this.customize(end, this.accelerator, disks);
    // Last, so that they push out nothing that virt-v2v says.
    findings.warnings.push(...warnings);
    // The appliance ran without waiting for any disk: until here the overlays may be in memory alone.
    syncOverlays(disks);
    if (this.stopping.aborted) throw stopped();
    this.journal.committing(findings, []);
    return this.commit(disks, findings, []);
  }

  /** Before virt-v2v, which labels what is written for SELinux. Returns what a person should know, in one warning at most. */
  private async keepCardNames(network: KeptNetwork | null, disks: Disk[]): Promise<string[]> {
    if (network?.system !== 'other' || this.accelerator === null) return [];
    this.enter('Looking for names of network cards');
    const { guestfish, root, temporary } = this.settings;
    const overlays = disks.map(({ overlay }) => overlay);
    const settings = {
      program: guestfish,
      overlays,
      root,
      keys: guestKeys(this.settings),
      temporary,
      accelerator: this.accelerator,
      signal: this.stopping,
    };
    try {
      const { bindings, open } = await keepCardNames(network, settings);
      for (const { file, mac, name, why } of bindings) {
        this.audience.onLine(`network card ${name} of ${file} is bound to ${mac}: ${why}`);
      }
      const warning = openWarning(open);
      return warning === null ? [] : [warning];
    } catch (error) {
      if (this.stopping.aborted) throw stopped();
      // Half of a write may be on them.
      await makeOverlays(disks);
      return [`the names of network cards are not bound to them: ${(error as Error).message}`];
    }
  }

  /** After virt-v2v, on the same overlays: a script that fails leaves the disks as they were copied. */
  private async customize({ heard }: ConverterEnd, accelerator: Accelerator, disks: Disk[]): Promise<void> {
    const { customizer, scriptsFolder, temporary } = this.settings;
    const system = /windows/i.test(heard.os ?? '') ? 'windows' : 'linux';
    if (scriptsFor(system, scriptsFolder).length === 0) return;
    this.enter('Customizing the guest');
    const space = watchFreeSpace(this.settings.scratch);
    try {
      await customizeGuest({
        program: customizer,
        scriptsFolder,
        system,
        overlays: disks.map(({ overlay }) => overlay),
        keys: keyArguments(guestKeys(this.settings)),
        temporary,
        accelerator,
        onLine: (line) => this.audience.onLine(line),
        signal: AbortSignal.any([this.stopping, space.signal]),
      });
    } catch (error) {
      if (this.stopping.aborted) throw stopped();
      if (space.signal.aborted) throw scratchFull();
      throw new NotConverted('customization', (error as Error).message);
    } finally {
      space.stop();
    }
    requireClosed(disks);
  }

  private async convertOverlays(
    accelerator: Accelerator,
    network: KeptNetwork | null,
  ): Promise<ConverterEnd> {
    const space = watchFreeSpace(this.settings.scratch);
    try {
      const end = await runConverter({
        program: this.settings.converter,
        domainFile: this.settings.domainFile,
        root: this.settings.root,
        more: [...keyArguments(guestKeys(this.settings)), ...macArguments(network)],
        temporary: this.settings.temporary,
        accelerator,
        onStage: (stage) => this.enter(stage),
        onLine: (line) => this.audience.onLine(line),
        signal: AbortSignal.any([this.stopping, space.signal]),
      });
      if (this.stopping.aborted) throw stopped();
      if (space.signal.aborted) throw scratchFull();
      return end;
    } finally {
      space.stop();
    }
  }

  /** @throws NotConverted unless virt-v2v did all it should and nobody can write to the overlays any more. */
  private findings(end: ConverterEnd, accelerator: Accelerator, disks: Disk[]): Findings {
    const { heard, inspection } = end;
    if (end.code !== 0) throw new NotConverted(reasonOf(heard.lastWords), whyFailed(end));
    if (end.killed) throw new NotConverted('failed', 'what virt-v2v-in-place left running had to be killed');
    requireClosed(disks);
    const driver = missingDriver(heard);
    if (driver !== null) throw new NotConverted('driversMissing', driver);
    const firmware = inspection?.firmware ?? sourceFirmware(this.settings.domainFile);
    const bootDisk = findBootDisk(
      disks.map(({ path }) => path),
      firmware,
    );
    return {
      os: inspection?.os ?? heard.os,
      osinfo: inspection?.osinfo ?? heard.osinfo,
      firmware,
      bootDisk: bootDisk === null ? null : (disks[bootDisk]?.index ?? null),
      virtio: heard.virtio,
      warnings: heard.warnings,
      accelerator,
    };
  }

  private async commit(disks: Disk[], findings: Findings, committed: readonly number[]): Promise<Findings> {
    this.committing = true;
    this.accelerator = findings.accelerator;
    const onStage = (stage: string) => this.enter(stage);
    await commitAll({ disks, journal: this.journal, onStage }, findings, committed);
    return findings;
  }

  private enter(stage: string): void {
    this.stage = stage;
    this.audience.onStage(stage, this.accelerator);
  }
}

function requireClosed(disks: readonly Disk[]): void {
  const [first] = openedBy(disks);
  if (first !== undefined) throw new NotConverted('failed', `process ${first} still has an overlay open`);
}

function requireOverlays(disks: readonly Disk[]): void {
  const lost = disks.find(({ overlay }) => !existsSync(overlay));
  if (lost !== undefined) throw new NotConverted('scratchLost', `${lost.overlay} is gone`, 'unknown');
}

function whyFailed({ code, notStarted, heard }: ConverterEnd): string {
  const ended =
    code === null ? 'virt-v2v-in-place was killed' : `virt-v2v-in-place ended with exit code ${code}`;
  return heard.error ?? notStarted ?? ended;
}

/** The firmware of the source's hardware, in libvirt's words: `<os firmware='efi'>`. */
function sourceFirmware(domainFile: string): Firmware | null {
  const named = /<os\s[^>]*firmware=['"](bios|efi)['"]/.exec(readFileSync(domainFile, 'utf8'))?.[1];
  return named === 'bios' || named === 'efi' ? named : null;
}
