import type { Experimental_DefaultFormStateBehavior } from '@rjsf/utils'

/** A choice is a `oneOf` of constants, of which the first would be filled in before anybody has chosen. */
export const DEFAULTS: Experimental_DefaultFormStateBehavior = { constAsDefaults: 'never' }
