import { plan, residentBatch } from './city'
import { expect, settled, test } from './fixtures'

/** What a screen reader meets on the main pages: the frame of each, not its data. */
test.beforeEach(async ({ page }) => page.setViewportSize({ width: 1280, height: 900 }))

test('shell', async ({ page }) => {
  await page.goto('/')
  await settled(page)
  await expect(page.locator('body')).toMatchAriaSnapshot(`
    - link "跳到正文"
    - banner:
      - link /盐渎/
      - button "搜索数据集、指标、加工任务、页面、批次"
      - button "大字"
      - button "Switch to English"
      - button "我的菜单：本机管理员"
    - navigation "主菜单":
      - list:
        - listitem:
          - link "工作台"
        - listitem:
          - link "工作要点"
        - listitem:
          - link "填报"
        - listitem:
          - link "数据目录"
        - listitem:
          - link "交付数据"
        - listitem:
          - link "批次"
        - listitem:
          - link "加工任务"
        - listitem:
          - link "血缘"
        - listitem:
          - link "查询台"
        - listitem:
          - link "县区汇总"
        - listitem:
          - link "指标集"
        - listitem:
          - link "驾驶舱"
        - listitem:
          - link "指标"
        - listitem:
          - link "专题页面"
        - listitem:
          - link "分类分级"
        - listitem:
          - link "场景包"
        - listitem:
          - link "账号"
        - listitem:
          - link "授权"
        - listitem:
          - link "负面清单"
        - listitem:
          - link "访问策略"
        - listitem:
          - link "审计事件"
    - main:
      - heading "工作台" [level=1]
      - region "接下来做什么":
        - heading "接下来做什么" [level=2]
        - list
      - region "提醒":
        - heading "提醒" [level=2]
      - region "最近批次":
        - heading "最近批次" [level=2]
        - link "全部批次"
      - region "需要关注的数据集":
        - heading "需要关注的数据集" [level=2]
  `)
  // Where a long title makes it scroll it stands in a region of its own.
  await expect(page.getByRole('table', { name: '最近批次' })).toBeVisible()
})

test('catalogue', async ({ page }) => {
  await page.goto('/catalogue?q=czrkdj&owner=市公安局')
  await settled(page)
  await expect(page.locator('body')).toMatchAriaSnapshot(`
    - main:
      - heading "数据目录" [level=1]
      - button "导出 Excel"
      - group "责任单位":
        - group:
          - list:
            - listitem:
              - checkbox "市公安局" [checked]
      - group "编目状态"
      - searchbox "名称、编号、字段、单位、拼音或首字母": czrkdj
      - combobox "排序"
      - radiogroup "显示方式":
        - radio "表格" [checked]
        - radio "卡片"
      - status: /共 \\d+ 个/
      - button "清除条件"
      - table "数据目录":
        - rowgroup:
          - row /数据集/:
            - columnheader "选来比较"
            - columnheader "数据集"
            - columnheader "责任单位"
            - columnheader "编目状态"
            - columnheader "更新情况"
            - columnheader "共享类型"
            - columnheader "行数"
            - columnheader "质量"
            - columnheader "近30天使用"
        - rowgroup:
          - row /常住人口登记/:
            - cell:
              - checkbox "选来比较：常住人口登记"
            - cell /常住人口登记/:
              - link "常住人口登记"
  `)
})

test('dataset', async ({ page }) => {
  await page.goto('/datasets/population.resident')
  await settled(page)
  await expect(page.locator('body')).toMatchAriaSnapshot(`
    - main:
      - navigation "当前位置":
        - list:
          - listitem:
            - link "数据目录"
          - listitem: /常住人口登记/
      - heading "常住人口登记" [level=1]
      - link "在查询台打开"
      - link "交付数据"
      - button "撤回"
      - tablist "数据集的内容":
        - tab "概览" [selected]
        - tab /字段 \\d+/
        - tab "样例"
        - tab "质量"
        - tab "血缘"
        - tab "使用"
        - tab "批次"
        - tab "版本"
        - tab "责任清单"
        - tab "办理记录"
      - tabpanel "概览":
        - region "责任与来源"
        - region "分级与共享"
        - region "最近交付"
        - region "数据源"
      - region "编目完整性":
        - button "补充编目"
      - region "归属与关联"
  `)
})

test('lineage', async ({ page }) => {
  await page.goto('/lineage?of=population.resident&impact=yes')
  await settled(page)
  await expect(page.locator('main')).toMatchAriaSnapshot(`
    - navigation "当前位置"
    - heading "常住人口登记的血缘" [level=1]
    - list:
      - listitem
      - listitem:
        - link "打开数据集"
    - combobox "查找数据集"
    - radiogroup "显示方式":
      - radio "图" [checked]
      - radio "列表"
    - radiogroup "方向"
    - radiogroup "层数"
    - checkbox "显示字段"
    - checkbox "按责任单位分道"
    - checkbox "影响分析" [checked]
    - region "需要通知的单位":
      - heading /影响 \\d+ 个数据集，需要通知 \\d+ 个单位/ [level=3]
      - list
  `)
})

test('models', async ({ page }) => {
  await page.goto('/models')
  await settled(page)
  await expect(page.locator('main')).toMatchAriaSnapshot(`
    - heading "加工任务" [level=1]
    - button "导出 Excel"
    - button "全部刷新"
    - table "加工任务":
      - rowgroup:
        - row "加工任务 上游数据集 状态 最近运行 原因 行数 操作"
  `)
})

test('rollup', async ({ page }) => {
  await page.goto('/rollup')
  await settled(page)
  await expect(page.locator('main')).toMatchAriaSnapshot(`
    - heading "县区汇总" [level=1]
    - button "导出 Excel"
    - radiogroup "汇总方式":
      - radio "行政区划" [checked]
      - radio "责任单位"
      - radio "主题"
    - region "数据集":
      - figure:
        - list "数据集":
          - listitem:
            - link /响水县/
          - listitem:
            - link /阜宁县/
    - region "汇总表":
      - table "汇总表"
  `)
})

test('batch', async ({ page, request }) => {
  await page.goto(`/batches/${await residentBatch(request)}?tab=quarantine`)
  await settled(page)
  await expect(page.locator('body')).toMatchAriaSnapshot(`
    - main:
      - navigation "当前位置"
      - heading /常住人口登记/ [level=1]
      - link "下载原件"
      - button "撤销批次"
      - term: 交来
      - definition: /[\\d,]+/
      - tablist:
        - tab /发现的问题 \\d+/
        - tab /隔离数据 \\d+/ [selected]
        - tab "字段画像"
        - tab "读取与评分"
      - tabpanel /隔离数据/:
        - combobox "按问题筛选"
        - checkbox "只看待处理" [checked]
        - button "放行全部待处理"
        - button "舍弃全部待处理"
        - link "导出 Excel"
        - table "隔离数据":
          - rowgroup:
            - row /记录序号 问题 内容 状态 操作/
          - rowgroup:
            - row /待处理/:
              - cell:
                - checkbox /选择第 \\d+ 条记录/
              - cell /\\d+/
              - cell:
                - list
              - cell
              - cell "待处理"
              - cell /更正第 \\d+ 条记录/:
                - button /更正第 \\d+ 条记录/
  `)
})

test('deliver', async ({ page }) => {
  await page.goto('/deliver')
  await settled(page)
  await expect(page.locator('main')).toMatchAriaSnapshot(`
    - heading "交付数据" [level=1]
    - button "选择文件"
    - button "粘贴表格"
    - combobox "交付给哪个数据集 必填"
    - group "方式":
      - radiogroup:
        - radio /全量替换/
        - radio /按主键更新/ [checked]
        - radio /追加/
    - button "开始交付" [disabled]
    - text: 先选择文件
  `)
})

test('query', async ({ page }) => {
  await page.goto('/query')
  await settled(page)
  await expect(page.locator('body')).toMatchAriaSnapshot(`
    - main:
      - heading "查询台" [level=1]
      - region "可查询的数据集":
        - searchbox "查找数据集"
        - list "可查询的数据集":
          - listitem:
            - button "空气站小时值的字段"
            - button "空气站小时值 air.reading"
      - region "SQL 编辑器":
        - textbox "SQL 编辑器"
        - button "运行" [disabled]
        - button "估算与计划" [disabled]
        - button "导出 CSV" [disabled]
        - button "存为加工任务" [disabled]
        - button "历史"
        - text: 数据时点
        - textbox "数据时点"
  `)
})

test('packs', async ({ page }) => {
  await page.goto('/packs')
  await settled(page)
  await expect(page.locator('body')).toMatchAriaSnapshot(`
    - main:
      - heading "场景包" [level=1]
      - list:
        - listitem:
          - heading "人口基础库" [level=2]
          - code: /population \\d/
          - term: 数据集 3
          - definition:
            - list:
              - listitem:
                - link "人口变动月报"
              - listitem:
                - link "常住人口登记"
              - listitem:
                - link "户籍家庭"
          - term: 数据源 3
          - definition: 人口变动月报、常住人口登记导出、户籍家庭导出
          - term: 自带测试
          - definition
          - term: 依赖
          - definition: 基础数据、法人基础库
          - term: 服务的要点
          - definition
          - link "在数据目录中查看"
  `)
})

test('plan', async ({ page, request }) => {
  await page.goto(`/plans/${await plan(request)}?only=targets`)
  await settled(page)
  await expect(page.locator('main')).toMatchAriaSnapshot(`
    - navigation "当前位置"
    - heading "青岚县2027年数字工作要点" [level=1]
    - list:
      - listitem: /核对中/
      - listitem: 2027年度
      - listitem: 3 个要点，5 项指标
      - listitem: /已核 \\d+ \\/ 共 10 句/
    - button "批准" [disabled]
    - tablist "工作要点的内容":
      - tab "正文" [selected]
      - tab /核对 \\d+\\/10/
      - tab "任务分解"
      - tab "办理记录"
    - tabpanel "正文":
      - searchbox "在正文中查找：词语、数字、单位"
      - combobox "按责任单位"
      - checkbox "只看有指标的句子" [checked]
      - status: 找到 3 句
      - button "打印（A3）"
      - article "正文":
        - heading "一、夯实数字底座" [level=2]
        - heading "（一）补齐网络短板。" [level=3]
        - term: 牵头单位
        - definition: 县工信局
        - list "第 5 句的指标":
          - listitem:
            - strong: 120座
            - text: /2027-12-31 前/
          - listitem:
            - strong: ≥ 60%
            - text: /2027-12-31 前/
  `)
})
