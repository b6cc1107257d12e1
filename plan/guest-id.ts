/** vSphere's guest ids of Windows all begin so: `windows2019srv_64Guest`, `winXPProGuest`. */
export function isWindows(guestId: string): boolean {
  return guestId.startsWith('win');
}
