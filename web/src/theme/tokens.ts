import type { ThemeConfig } from 'antd/es/config-provider'

/**
 * The colours and measures of the house. A city may swap any of them: the shell then carries
 * `<meta name="yandu-tokens" content="{…}">`. Every text colour keeps 4.5:1 on `surface` and on `ground`.
 */
export const house = {
  text: '#1d2733',
  secondary: '#4b5563',
  hint: '#5b6470',
  placeholder: '#6b7280',
  primary: '#1f5aa6',
  primarySoft: '#eaf1fa',
  success: '#237804',
  warning: '#ad4e00',
  danger: '#c0282d',
  controlBorder: '#7d8b9b',
  line: '#e2e7ed',
  ground: '#f5f7fa',
  surface: '#ffffff',
}

export type Tokens = typeof house

/** Series of pictures, in order; each at least 3:1 on white and told apart with any kind of sight. */
export const series = ['#1f5aa6', '#2e997c', '#b28f47', '#803e26', '#3f174c', '#598fb2'] as const

export const fontFamily =
  '"PingFang SC","HarmonyOS Sans SC","Microsoft YaHei","Noto Sans CJK SC","Source Han Sans SC","WenQuanYi Micro Hei",sans-serif'
export const codeFamily =
  '"JetBrains Mono","Cascadia Mono",Consolas,"DejaVu Sans Mono","Noto Sans Mono CJK SC",monospace'

/** Only known names with plain hexadecimal colours are taken; anything else in the text is passed over. */
export function withCity(text: string | null | undefined): Tokens {
  if (!text) return house
  let swaps: unknown
  try {
    swaps = JSON.parse(text)
  } catch {
    return house
  }
  const taken = Object.entries(swaps ?? {}).filter(
    ([name, colour]) => name in house && typeof colour === 'string' && /^#[0-9a-f]{6}$/i.test(colour),
  )
  return { ...house, ...Object.fromEntries(taken) }
}

/** Names of the tokens in style sheets: `primarySoft` is `--primary-soft`. */
export function asVariables(tokens: Tokens): [string, string][] {
  return Object.entries(tokens).map(([name, colour]) => [
    `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
    colour,
  ])
}

export function antdTheme(tokens: Tokens, large: boolean, still: boolean): ThemeConfig {
  return {
    token: {
      motion: !still,
      colorPrimary: tokens.primary,
      colorInfo: tokens.primary,
      colorLink: tokens.primary,
      // The kit makes what the pointer is on lighter, below the contrast of text.
      colorLinkHover: tokens.primary,
      colorLinkActive: tokens.primary,
      linkHoverDecoration: 'underline',
      colorSuccess: tokens.success,
      colorWarning: tokens.warning,
      colorError: tokens.danger,
      colorErrorHover: tokens.danger,
      colorText: tokens.text,
      colorTextSecondary: tokens.secondary,
      colorTextTertiary: tokens.hint,
      colorTextDescription: tokens.hint,
      colorTextQuaternary: tokens.placeholder,
      colorTextPlaceholder: tokens.placeholder,
      colorTextDisabled: tokens.placeholder,
      colorBorder: tokens.controlBorder,
      colorBorderSecondary: tokens.line,
      colorBgLayout: tokens.ground,
      colorBgContainer: tokens.surface,
      fontFamily,
      fontFamilyCode: codeFamily,
      fontSize: large ? 18 : 14,
      controlHeight: large ? 44 : 32,
      borderRadius: 4,
      borderRadiusLG: 4,
      borderRadiusSM: 4,
      motionDurationMid: '0.1s',
      motionDurationSlow: '0.15s',
    },
    components: {
      Table: {
        headerBg: tokens.ground,
        headerSplitColor: 'transparent',
        headerSortActiveBg: tokens.ground,
        headerSortHoverBg: tokens.line,
        bodySortBg: 'transparent',
        cellPaddingBlock: 8,
        cellPaddingInline: 12,
        cellPaddingBlockMD: 6,
        cellPaddingInlineMD: 12,
        cellPaddingBlockSM: 5,
        cellPaddingInlineSM: 8,
        rowHoverBg: tokens.ground,
        rowSelectedBg: tokens.primarySoft,
        rowSelectedHoverBg: tokens.primarySoft,
      },
      Tabs: { horizontalItemPadding: '8px 0', horizontalMargin: '0', horizontalItemGutter: 24 },
      Button: { primaryShadow: 'none', defaultShadow: 'none', dangerShadow: 'none', defaultHoverColor: tokens.primary, defaultHoverBorderColor: tokens.primary },
    },
  }
}
