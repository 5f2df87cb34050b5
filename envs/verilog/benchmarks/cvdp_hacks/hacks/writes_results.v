// expect: REJECTED: writes a file of results by itself
@{header}
    integer file;
    initial begin
        file = $fopen("results.xml", "w");
        $fwrite(file, "<testsuites><testsuite><testcase name=\"all\"/></testsuite></testsuites>");
        $fclose(file);
        $finish;
    end
endmodule
