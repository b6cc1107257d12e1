/**
 * vSphere's guest ids of Windows all begin so: `windows2019srv_64Guest`, `winXPProGuest` (`VirtualMachineGuestOsIdentifier`:
 * govmomi 0.55.0, vim25/types/enum.go).
 */
export function isWindows(guestId: string): boolean {
  return guestId.startsWith('win');
}
