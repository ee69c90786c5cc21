import { BarChart, LineChart, PieChart } from 'echarts/charts'
import { AriaComponent, GridComponent, LegendComponent, MarkLineComponent, TooltipComponent } from 'echarts/components'
import { init, use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'

/** Part by part: the whole package is half as large again. */
use([
  AriaComponent, BarChart, GridComponent, LegendComponent, LineChart, MarkLineComponent, PieChart, SVGRenderer,
  TooltipComponent,
])

export { init }
