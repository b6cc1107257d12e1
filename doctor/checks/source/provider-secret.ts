import { type Check, critical, fine, judged } from '../../check';

export const providerSecret: Check = {
  id: 'provider-secret',
  looksAt:
    "whether the owner of the Provider's Secret lends it to Drover, for its vCenter, the target namespace and the VDDK image",
  judge: ({ source }) => {
    if (source === null) return [];
    const { consent, secret } = source;
    return judged(
      consent,
      (missing) =>
        missing === null
          ? fine(`Secret ${secret} is lent to Drover`)
          : critical(missing.found, `let its owner say so: ${missing.command}`),
      `make Secret ${secret} with user, password and ca.crt or thumbprint; or examine with a login that may read it`,
    );
  },
};
