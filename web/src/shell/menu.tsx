import AppstoreOutlined from '@ant-design/icons/es/icons/AppstoreOutlined'
import CloudUploadOutlined from '@ant-design/icons/es/icons/CloudUploadOutlined'
import CodeOutlined from '@ant-design/icons/es/icons/CodeOutlined'
import DatabaseOutlined from '@ant-design/icons/es/icons/DatabaseOutlined'
import HistoryOutlined from '@ant-design/icons/es/icons/HistoryOutlined'
import HomeOutlined from '@ant-design/icons/es/icons/HomeOutlined'
import type { ComponentType } from 'react'
import type { Key } from '../i18n'

export interface MenuItem {
  to: string
  title: Key
  icon: ComponentType<{ 'aria-hidden'?: boolean }>
  /** Pages that belong to it. */
  owns?: string
}

/** The pages of the left menu, in the order of a working day. */
export const menu: MenuItem[] = [
  { to: '/', title: 'menu.home', icon: HomeOutlined },
  { to: '/catalogue', title: 'menu.catalogue', icon: DatabaseOutlined, owns: '/datasets' },
  { to: '/deliver', title: 'menu.deliver', icon: CloudUploadOutlined },
  { to: '/batches', title: 'menu.batches', icon: HistoryOutlined },
  { to: '/query', title: 'menu.query', icon: CodeOutlined },
  { to: '/packs', title: 'menu.packs', icon: AppstoreOutlined },
]

export function isOpen(item: MenuItem, path: string): boolean {
  if (item.to === '/') return path === '/'
  return [item.to, item.owns].some((start) => start && (path === start || path.startsWith(`${start}/`)))
}
