/**
 * Scripts that customize a guest, as a ConfigMap has them: names and bounds.
 *
 * The names are Forklift's (2.9, pkg/virt-v2v/customize/customize.go), and so is the order: that of the names, byte by byte.
 */

/** Of one ConfigMap. */
export const MOST_GUEST_SCRIPTS = 32;
/** Of all scripts of one ConfigMap together. */
export const LARGEST_GUEST_SCRIPTS_BYTES = 256 * 1024;

/** `10_linux_run_proxy.sh`, `20_linux_firstboot_agent.sh`, `10_win_firstboot_agent.ps1`. */
const NAME = /^\d+_(win_firstboot[\w-]*\.ps1|linux_(run|firstboot)[\w-]*\.sh)$/;
const LONGEST_NAME = 100;

/**
 * What is wrong with the scripts of a ConfigMap, as a clause; null where nothing is.
 * @param scripts by key
 * @param isBinary whether it has keys whose values are no text
 */
export function guestScriptsFault(
  scripts: Readonly<Record<string, string>>,
  isBinary: boolean,
): string | null {
  const names = Object.keys(scripts).sort();
  if (isBinary) return 'holds values that are no text (binaryData)';
  if (names.length === 0) return 'holds no script';
  if (names.length > MOST_GUEST_SCRIPTS) return `holds ${names.length} scripts`;
  const strange = names.find((name) => name.length > LONGEST_NAME || !NAME.test(name));
  if (strange !== undefined) return `holds ${JSON.stringify(strange)}, which is no name of a script`;
  const empty = names.find((name) => scripts[name]?.trim() === '');
  if (empty !== undefined) return `holds nothing under its key ${empty}`;
  const bytes = new TextEncoder().encode(names.map((name) => scripts[name]).join('')).length;
  return bytes > LARGEST_GUEST_SCRIPTS_BYTES ? `holds ${Math.ceil(bytes / 1024)} KiB of scripts` : null;
}

export const SCRIPTS_REMEDY =
  `give 1 to ${MOST_GUEST_SCRIPTS} scripts, ${LARGEST_GUEST_SCRIPTS_BYTES / 1024} KiB in all, ` +
  'each under a key as 10_linux_run_name.sh, 10_linux_firstboot_name.sh or 10_win_firstboot_name.ps1';
