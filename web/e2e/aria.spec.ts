import { residentBatch } from './city'
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
      - button "搜索数据集、页面、批次"
      - button "大字"
      - button "Switch to English"
      - text: 本机管理员
    - navigation "主菜单":
      - list:
        - listitem:
          - link "工作台"
        - listitem:
          - link "数据目录"
        - listitem:
          - link "交付数据"
        - listitem:
          - link "批次"
        - listitem:
          - link "查询台"
        - listitem:
          - link "能力包"
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
        - table "最近批次"
      - region "需要关注的数据集":
        - heading "需要关注的数据集" [level=2]
  `)
})

test('catalogue', async ({ page }) => {
  await page.goto('/catalogue?q=czrk')
  await settled(page)
  await expect(page.locator('body')).toMatchAriaSnapshot(`
    - main:
      - heading "数据目录" [level=1]
      - group "更新情况"
      - group "责任单位":
        - group:
          - list:
            - listitem:
              - checkbox "市公安局"
      - group "能力包":
        - group:
          - list:
            - listitem:
              - checkbox "人口基础库"
      - group "数据分级"
      - group "更新周期"
      - group "来源方式"
      - searchbox "名称、编号、单位、拼音或首字母": czrk
      - status: /1 \\/ \\d+ 个数据集/
      - button "清除条件"
      - table "数据目录":
        - rowgroup:
          - row /数据集/:
            - columnheader "数据集"
            - columnheader "责任单位"
            - columnheader "更新情况"
            - columnheader "最近交付"
            - columnheader "行数"
            - columnheader "得分"
            - columnheader "数据分级"
        - rowgroup:
          - row /常住人口登记/:
            - cell /常住人口登记/:
              - link "常住人口登记"
              - code: population.resident
  `)
})

test('dataset', async ({ page }) => {
  await page.goto('/datasets/population.resident?tab=fields')
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
      - tablist "数据集的内容":
        - tab "概览"
        - tab /字段 \\d+/ [selected]
        - tab "样例"
        - tab "质量"
        - tab "批次"
        - tab "版本"
        - tab /引用 \\d+/
      - tabpanel /字段/:
        - table "字段":
          - rowgroup:
            - row "字段 类型 数据标准 必填 单位 数据分级 认得的表头"
          - rowgroup:
            - row /证件号码 主键 resident_id text 公民身份号码 是 — 一般3级 证件号码、公民身份号码/
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
            - row /原文件行 问题 内容 状态 操作/
          - rowgroup:
            - row /待处理/:
              - cell:
                - checkbox /选择第 \\d+ 行/
              - cell /\\d+/
              - cell:
                - list
              - cell
              - cell "待处理"
              - cell /更正第 \\d+ 行/:
                - button /更正第 \\d+ 行/
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
        - button "查看计划" [disabled]
        - button "导出 CSV" [disabled]
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
      - heading "能力包" [level=1]
      - list:
        - listitem:
          - heading "人口基础库" [level=2]
          - code: /population \\d/
          - term: 数据集 2
          - definition:
            - list:
              - listitem:
                - link "常住人口登记"
              - listitem:
                - link "户籍家庭"
          - term: 数据源 2
          - definition: 常住人口登记导出、户籍家庭导出
          - term: 自带测试
          - definition
          - term: 依赖
          - definition: 基础数据、法人基础库
          - term: 服务的要点
          - definition
          - link "在数据目录中查看"
  `)
})
