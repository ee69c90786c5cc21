import AppstoreOutlined from '@ant-design/icons/es/icons/AppstoreOutlined'
import CloudUploadOutlined from '@ant-design/icons/es/icons/CloudUploadOutlined'
import CodeOutlined from '@ant-design/icons/es/icons/CodeOutlined'
import DashboardOutlined from '@ant-design/icons/es/icons/DashboardOutlined'
import DatabaseOutlined from '@ant-design/icons/es/icons/DatabaseOutlined'
import HistoryOutlined from '@ant-design/icons/es/icons/HistoryOutlined'
import DeploymentUnitOutlined from '@ant-design/icons/es/icons/DeploymentUnitOutlined'
import FileDoneOutlined from '@ant-design/icons/es/icons/FileDoneOutlined'
import FormOutlined from '@ant-design/icons/es/icons/FormOutlined'
import FundOutlined from '@ant-design/icons/es/icons/FundOutlined'
import HomeOutlined from '@ant-design/icons/es/icons/HomeOutlined'
import LayoutOutlined from '@ant-design/icons/es/icons/LayoutOutlined'
import LineChartOutlined from '@ant-design/icons/es/icons/LineChartOutlined'
import NodeIndexOutlined from '@ant-design/icons/es/icons/NodeIndexOutlined'
import PieChartOutlined from '@ant-design/icons/es/icons/PieChartOutlined'
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
  { to: '/plans', title: 'menu.plans', icon: FileDoneOutlined },
  { to: '/forms', title: 'menu.forms', icon: FormOutlined },
  { to: '/catalogue', title: 'menu.catalogue', icon: DatabaseOutlined, owns: '/datasets' },
  { to: '/deliver', title: 'menu.deliver', icon: CloudUploadOutlined },
  { to: '/batches', title: 'menu.batches', icon: HistoryOutlined },
  { to: '/models', title: 'menu.models', icon: DeploymentUnitOutlined },
  { to: '/lineage', title: 'menu.lineage', icon: NodeIndexOutlined },
  { to: '/query', title: 'menu.query', icon: CodeOutlined },
  { to: '/rollup', title: 'menu.rollup', icon: PieChartOutlined },
  { to: '/indicators', title: 'menu.indicators', icon: FundOutlined },
  { to: '/boards', title: 'menu.boards', icon: DashboardOutlined },
  { to: '/figures', title: 'menu.figures', icon: LineChartOutlined },
  { to: '/pages', title: 'menu.pages', icon: LayoutOutlined },
  { to: '/packs', title: 'menu.packs', icon: AppstoreOutlined },
]

export function isOpen(item: MenuItem, path: string): boolean {
  if (item.to === '/') return path === '/'
  return [item.to, item.owns].some((start) => start && (path === start || path.startsWith(`${start}/`)))
}
