/** The lock, passwords and recovery keys, encryption, the network's state, the audit trail, the policy. */
export const security = {};
