/** The sign of a severity, before what has a finding: told apart by its form, also where there are no colours. */
export const signs = { error: '●', warning: '▲', note: '○' } as const;
