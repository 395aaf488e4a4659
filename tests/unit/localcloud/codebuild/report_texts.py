"""Files that test runners write: pytest's, Cobertura's and Clover's."""

JUNIT = """<?xml version="1.0" encoding="utf-8"?>
<testsuites name="pytest tests">
  <testsuite name="pytest" errors="1" failures="1" skipped="1" tests="4" time="0.5">
    <testcase classname="tests.test_a" name="test_good" time="0.25"/>
    <testcase classname="tests.test_a" name="test_bad" time="0.125">
      <failure message="assert 1 == 2">def test_bad():
E   assert 1 == 2</failure>
    </testcase>
    <testcase classname="tests.test_b" name="test_broken" time="x"><error message="no x"/></testcase>
    <testcase classname="tests.test_b" name="test_later"><skipped message="later"/></testcase>
  </testsuite>
</testsuites>
"""
PASSED = '<testsuite name="s"><testcase classname="c" name="n" time="1"/></testsuite>'
COBERTURA = """<?xml version="1.0" ?>
<!DOCTYPE coverage SYSTEM "http://cobertura.sourceforge.net/xml/coverage-04.dtd">
<coverage line-rate="0.75" branch-rate="0.5">
  <packages><package name="a"><classes>
    <class name="a.py" filename="a.py">
      <methods><method name="f"><lines><line number="1" hits="1"/></lines></method></methods>
      <lines>
        <line number="1" hits="1"/>
        <line number="2" hits="2" branch="true" condition-coverage="50% (1/2)"/>
        <line number="3" hits="0"/>
      </lines>
    </class>
    <class name="b.py" filename="b.py"><lines><line number="1" hits="1"/></lines></class>
  </classes></package></packages>
</coverage>
"""
CLOVER = """<?xml version="1.0"?>
<coverage generated="1"><project timestamp="1">
  <file name="a.py" path="/src/a.py">
    <line num="1" type="stmt" count="1"/>
    <metrics statements="4" coveredstatements="3" conditionals="2" coveredconditionals="1"/>
  </file>
  <metrics files="1" statements="4" coveredstatements="3"/>
</project></coverage>
"""
BOMB = '<!DOCTYPE x [<!ENTITY a "b"><!ENTITY c "&a;&a;">]><testsuites>&c;</testsuites>'
